using System.CommandLine;
using Freshet.Cli.Output;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet demo</c>.</summary>
internal sealed class DemoCommand(GlobalOptions globals, Streams streams)
{
    public Command Create()
    {
        var command = new Command("demo", "Download from a swarm that this command brings up itself, over loopback");
        command.SetAction(parsed => Run(globals.Read(parsed, streams)));
        return command;
    }

    private static int Run(CommandContext context) => throw new CommandFailure(context.Verbosity, "");
}
