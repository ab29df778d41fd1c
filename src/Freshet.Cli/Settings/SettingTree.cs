using System.CommandLine;

namespace Freshet.Cli.Settings;

/// <summary>Which settings there are: every option of every verb that is one. Options of one key are one setting.</summary>
internal static class SettingTree
{
    /// <summary>All settings of a tree of verbs by key, each with the options that it sets.</summary>
    public static Dictionary<string, List<ISetting>> All(Command root)
    {
        var all = new Dictionary<string, List<ISetting>>(StringComparer.Ordinal);
        Collect(root, all);
        return all;
    }

    /// <summary>The settings that one verb takes: its own and those of every verb.</summary>
    public static IEnumerable<ISetting> Of(Command command)
    {
        foreach (Option option in command.Options)
        {
            if (option is ISetting setting)
                yield return setting;
        }

        foreach (Option option in command.Parents.OfType<Command>().SelectMany(AndAbove).SelectMany(parent => parent.Options))
        {
            if (option is ISetting setting && option.Recursive)
                yield return setting;
        }
    }

    private static IEnumerable<Command> AndAbove(Command command)
        => command.Parents.OfType<Command>().SelectMany(AndAbove).Prepend(command);

    private static void Collect(Command command, Dictionary<string, List<ISetting>> all)
    {
        foreach (ISetting setting in command.Options.OfType<ISetting>())
        {
            if (!all.TryGetValue(setting.Key, out List<ISetting>? same))
                all.Add(setting.Key, same = []);
            same.Add(setting);
        }

        foreach (Command verb in command.Subcommands)
            Collect(verb, all);
    }
}
