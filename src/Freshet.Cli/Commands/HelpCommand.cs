using System.CommandLine;
using Freshet.Cli.Output;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet help [VERB]</c> and <c>freshet help exit-codes</c>.</summary>
internal sealed class HelpCommand(GlobalOptions globals, Streams streams)
{
    public Command Create(RootCommand root)
    {
        var topic = new Argument<string[]>("TOPIC") { Description = "A verb, or the word in brackets at the end of an error", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("help", "Show help on a verb, on an error, or the exit codes") { topic };
        command.SetAction(parsed =>
        {
            string[] words = parsed.GetValue(topic) ?? [];
            if (words is [var word] && TroubleText.EntryOf(word.Trim('[', ']').ToLowerInvariant()) is { } entry)
                return ShowEntry(entry);
            if (!IsVerb(root, words))
                throw new CommandFailure(ExitCode.Usage, $"There is no help on '{string.Join(' ', words)}': name a verb, exit-codes, or the word in brackets at the end of an error.");
            return root.Parse([.. words, "--help"]).Invoke(new InvocationConfiguration { Output = streams.Out, Error = streams.Error });
        });

        var exitCodes = new Command("exit-codes", "List the exit codes and what they mean");
        exitCodes.SetAction(parsed => ListExitCodes(globals.Read(parsed, streams)));
        command.Subcommands.Add(exitCodes);
        return command;
    }

    private static bool IsVerb(Command command, ReadOnlySpan<string> words)
    {
        foreach (string word in words)
        {
            if (command.Subcommands.FirstOrDefault(below => below.Name == word) is not { } found)
                return false;
            command = found;
        }

        return true;
    }

    private int ShowEntry(string entry)
    {
        streams.Out.WriteLine(entry);
        return ExitCode.Ok;
    }

    private static int ListExitCodes(CommandContext context)
    {
        if (context.Json)
        {
            JsonText.WriteDocument(context.Out, json =>
            {
                json.WriteStartArray();
                foreach ((int code, string meaning) in ExitCode.All)
                {
                    json.WriteStartObject();
                    json.WriteNumber("code", code);
                    json.WriteString("meaning", meaning);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
        }
        else
        {
            foreach ((int code, string meaning) in ExitCode.All)
                context.Out.WriteLine($"{code,4}  {meaning}");
        }

        return ExitCode.Ok;
    }
}
