namespace Freshet.Cli.Settings;

/// <summary>A value that the environment or the configuration file gives to a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Texts">The value as an option would take it; several for a list, none to leave it at its default.</param>
/// <param name="IsList">Whether it was given as a list.</param>
/// <param name="Origin">Where it comes from: <c>environment</c> or <c>file</c>.</param>
/// <param name="Place">The variable's name, or the file and line.</param>
internal sealed record GivenSetting(string Key, IReadOnlyList<string> Texts, bool IsList, string Origin, string Place);
