using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Freshet.Cli.Output;

namespace Freshet.Cli.Commands;

/// <summary>The usual help under the command's own name: the parser would show the assembly's.</summary>
internal sealed class NamedHelp(Streams streams) : SynchronousCommandLineAction
{
    private readonly HelpAction _help = new();

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        TextWriter configured = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        int result = _help.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = configured;
        streams.Out.Write(text.ToString().Replace(RootCommand.ExecutableName, "freshet", StringComparison.Ordinal).Trim('\n', '\r') + Environment.NewLine);
        return result;
    }
}
