using BenchmarkDotNet.Running;
using Freshet.Microbench;
using Freshet.Microbench.Allocations;

// "allocations [NAME]" counts bytes in seconds; anything else is BenchmarkDotNet's.
if (args is ["allocations", ..])
    return AllocationReport.Run(args.ElementAtOrDefault(1) ?? "");
BenchmarkSwitcher.FromAssembly(typeof(BenchConfig).Assembly).Run(args, new BenchConfig());
return 0;
