namespace Freshet.Tests;

public sealed class UserFoldersTests
{
    [Theory]
    [InlineData("", "/home/u/.config/freshet", "/home/u/.local/state/freshet", "/home/u/.cache/freshet")]
    [InlineData("XDG_CONFIG_HOME=/c XDG_STATE_HOME=/s XDG_CACHE_HOME=/k", "/c/freshet", "/s/freshet", "/k/freshet")]
    [InlineData("XDG_CONFIG_HOME=relative XDG_STATE_HOME= XDG_CACHE_HOME=./k", "/home/u/.config/freshet", "/home/u/.local/state/freshet", "/home/u/.cache/freshet")]
    public void The_base_directory_specification_holds_on_linux(string variables, string config, string state, string cache)
        => Assert.Equal(new UserFolders(config, state, cache), Slashes(UserFolders.Find("xdg", "/home/u", Variables(variables))));

    [Fact]
    public void A_user_without_a_home_gets_a_place_that_does_not_last()
        => Assert.StartsWith(Path.GetTempPath(), UserFolders.Find("xdg", "", Variables("")).State, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "/u/AppData/Roaming/freshet", "/u/AppData/Local/freshet")]
    [InlineData("APPDATA=C:\\Roam LOCALAPPDATA=C:\\Local", "C:/Roam/freshet", "C:/Local/freshet")]
    public void Windows_has_what_roams_and_what_does_not(string variables, string config, string state)
        => Assert.Equal(new UserFolders(config, state, state + "/cache"), Slashes(UserFolders.Find("windows", "/u", Variables(variables))));

    [Fact]
    public void Macos_has_its_library()
        => Assert.Equal(
            new UserFolders("/Users/u/Library/Application Support/freshet", "/Users/u/Library/Application Support/freshet", "/Users/u/Library/Caches/freshet"),
            Slashes(UserFolders.Find("macos", "/Users/u", Variables("XDG_CONFIG_HOME=/c"))));

    // So that each system's folders can be looked at on every other.
    private static UserFolders Slashes(UserFolders folders)
        => new(folders.Config.Replace('\\', '/'), folders.State.Replace('\\', '/'), folders.Cache.Replace('\\', '/'));

    private static Func<string, string?> Variables(string text)
    {
        Dictionary<string, string> all = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return name => all.GetValueOrDefault(name);
    }
}
