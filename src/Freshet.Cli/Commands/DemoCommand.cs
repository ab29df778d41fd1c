using System.CommandLine;
using Freshet.Cli.Demo;
using Freshet.Cli.Output;
using Freshet.Cli.Parsing;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet demo</c>.</summary>
internal sealed class DemoCommand(GlobalOptions globals, Streams streams)
{
    /// <summary>Smaller is over before anyone has seen it; larger is a disk's time.</summary>
    private const long LeastSize = 1L << 20, MostSize = 64L << 30;

    private readonly Option<string> _size = new("--size")
    {
        Description = $"How much is downloaded, {SizeText.Help}",
        HelpName = "SIZE",
        DefaultValueFactory = _ => "64MiB",
    };

    public Command Create()
    {
        var command = new Command("demo", "Download from a small swarm that this command brings up itself, over loopback, and compare every byte") { _size };
        command.SetAction((parsed, cancellationToken) =>
        {
            if (!SizeText.TryParse(parsed.GetRequiredValue(_size), out long size) || size is < LeastSize or > MostSize)
                throw new CommandFailure(ExitCode.Usage, $"--size takes a size {SizeText.Help}, from 1MiB to 64GiB.");
            return new DemoRun(size, globals.Read(parsed, streams)).RunAsync(cancellationToken);
        });
        return command;
    }
}
