using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using Freshet.Cli.Output;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet version</c>.</summary>
internal sealed class VersionCommand(GlobalOptions globals, Streams streams)
{
    /// <summary>The version of this build, as <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public Command Create()
    {
        var command = new Command("version", "Show the version and what it runs on");
        command.SetAction(parsed => Run(globals.Read(parsed, streams)));
        return command;
    }

    private static int Run(CommandContext context)
    {
        string system = RuntimeInformation.RuntimeIdentifier;
        string runtime = Environment.Version.ToString();
        if (context.Json)
        {
            JsonText.WriteDocument(context.Out, json =>
            {
                json.WriteStartObject();
                json.WriteString("version", Version);
                json.WriteString("runtime", runtime);
                json.WriteString("system", system);
                json.WriteEndObject();
            });
        }
        else
        {
            context.Out.WriteLine($"freshet {Version} (.NET {runtime}, {system})");
        }

        return ExitCode.Ok;
    }
}
