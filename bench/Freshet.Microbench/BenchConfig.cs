using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Freshet.Microbench;

/// <summary>
/// How the benchmarks run: in this process, whose runtime settings are the product's, a second each. What counts is the ratio to the floor in the same table; bytes are
/// counted apart, and exactly (<see cref="Allocations.AllocationMeter"/>).
/// </summary>
internal sealed class BenchConfig : ManualConfig
{
    public BenchConfig()
    {
        AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithIterationTime(TimeInterval.FromMilliseconds(100)).WithWarmupCount(2).WithIterationCount(7).WithEvaluateOverhead(false));
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
        HideColumns(Column.Error, Column.StdDev, Column.RatioSD);
        ArtifactsPath = Path.Combine("artifacts", "microbench");
        Orderer = new BenchmarkDotNet.Order.DefaultOrderer(methodOrderPolicy: BenchmarkDotNet.Order.MethodOrderPolicy.Declared);
    }
}
