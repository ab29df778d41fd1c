using Freshet.Cli;
using Freshet.Cli.Output;
using Freshet.Cli.StartUp;

Streams streams = Streams.OfProcess();
CompiledBefore? compiled = null;
int exitCode = await CommandLine.RunAsync(args, streams, command => compiled = CompiledBefore.Begin(command, streams.Folders.Cache));
compiled?.Dispose();
return exitCode;
