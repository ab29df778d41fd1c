using Freshet.Cli;
using Freshet.Cli.Output;

return await CommandLine.RunAsync(args, Streams.OfProcess());
