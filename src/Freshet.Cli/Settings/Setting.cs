using System.CommandLine;

namespace Freshet.Cli.Settings;

/// <summary>An option of the command line that the environment and the configuration file may set too.</summary>
internal interface ISetting
{
    /// <summary>What it is called in the configuration file: the option's name without its dashes.</summary>
    string Key { get; }

    /// <summary>What it is called in the environment: <c>FRESHET_</c> and the key in capitals, <c>_</c> for <c>-</c>.</summary>
    string Variable => "FRESHET_" + Key.ToUpperInvariant().Replace('-', '_');

    /// <summary>Whether it takes several values.</summary>
    bool IsList { get; }

    /// <summary>Whether it is on or off.</summary>
    bool IsSwitch { get; }

    /// <summary>The option itself.</summary>
    Option Option { get; }

    /// <summary>Takes what a command line says for the option as the value where the real command line says nothing.</summary>
    void TakeDefault(ParseResult parsed);
}

/// <summary>An option that is a setting: declared so, it has its key, its variable and its place in <c>config print</c>.</summary>
internal sealed class Setting<T>(string name, params string[] aliases) : Option<T>(name, aliases), ISetting
{
    public string Key => Name.TrimStart('-');

    public bool IsList => typeof(T).IsArray;

    public bool IsSwitch => typeof(T) == typeof(bool);

    public Option Option => this;

    public void TakeDefault(ParseResult parsed)
    {
        T? value = parsed.GetValue(this);
        DefaultValueFactory = _ => value!;
    }
}
