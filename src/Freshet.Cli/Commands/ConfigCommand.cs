using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Freshet.Cli.Output;
using Freshet.Cli.Settings;
using Freshet.Core;

namespace Freshet.Cli.Commands;

/// <summary><c>freshet config print</c> and <c>config path</c>: what is set, and where.</summary>
internal sealed class ConfigCommand(GlobalOptions globals, Streams streams)
{
    private sealed record Row(string Key, string? Value, string Origin, string? Place);

    public Command Create(Func<SettingsBinding> binding)
    {
        var print = new Command("print", "Show every setting: its value, and where that comes from");
        print.SetAction(parsed => Print(parsed, binding()));
        var path = new Command("path", "Show where the configuration file, the state and the cache are");
        path.SetAction(parsed => ShowPaths(parsed, binding()));
        return new Command("config", "Show the settings (docs/configuration.md)") { print, path };
    }

    private int Print(ParseResult parsed, SettingsBinding binding)
    {
        CommandContext context = globals.Read(parsed, streams);
        IReadOnlyDictionary<string, GivenSetting> given = binding.Load(parsed);
        string[] problems = [.. given.Values.SelectMany(binding.Check)];
        Row[] rows = [.. binding.Settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => RowOf(setting.Key, setting.Value[0], given.GetValueOrDefault(setting.Key)))];
        if (context.Json)
            JsonText.WriteDocument(context.Out, json => WriteJson(json, rows));
        else
            WriteTable(context.Out, rows);
        return problems.Length == 0 ? ExitCode.Ok : throw new CommandFailure(ExitCode.Configuration, string.Join(Environment.NewLine, problems));
    }

    private static Row RowOf(string key, ISetting setting, GivenSetting? given)
    {
        if (given is not null && (given.Texts.Count > 0 || given.IsList))
            return new Row(key, UrlSecrets.RedactText(string.Join(' ', given.Texts)), given.Origin, given.Place);
        string? value = setting.Option.HasDefaultValue ? Convert.ToString(setting.Option.GetDefaultValue(), CultureInfo.InvariantCulture) : null;
        return new Row(key, setting.IsSwitch ? "false" : value, "default", null);
    }

    private static void WriteTable(TextWriter output, Row[] rows)
    {
        int keys = rows.Max(row => row.Key.Length), values = rows.Max(row => TerminalText.Escape(row.Value ?? "-").Length);
        foreach (Row row in rows)
            output.WriteLine($"{row.Key.PadRight(keys)}  {TerminalText.Escape(row.Value ?? "-").PadRight(values)}  {TerminalText.Escape(row.Place ?? row.Origin)}");
    }

    private static void WriteJson(Utf8JsonWriter json, Row[] rows)
    {
        json.WriteStartArray();
        foreach (Row row in rows)
        {
            json.WriteStartObject();
            json.WriteString("key", row.Key);
            json.WriteString("value", row.Value);
            json.WriteString("origin", row.Origin);
            json.WriteString("place", row.Place);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private int ShowPaths(ParseResult parsed, SettingsBinding binding)
    {
        CommandContext context = globals.Read(parsed, streams);
        (string Name, string Path)[] paths =
        [
            ("config", binding.FileFor(parsed).Path), ("state", streams.Folders.State), ("cache", streams.Folders.Cache),
        ];
        if (context.Json)
        {
            JsonText.WriteDocument(context.Out, json =>
            {
                json.WriteStartObject();
                foreach ((string name, string path) in paths)
                    json.WriteString(name, path);
                json.WriteEndObject();
            });
        }
        else
        {
            foreach ((string name, string path) in paths)
                context.Out.WriteLine($"{name,-6}  {TerminalText.Escape(path)}");
        }

        return ExitCode.Ok;
    }
}
