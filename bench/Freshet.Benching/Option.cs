namespace Freshet.Benching;

/// <summary>An option of the command line, which takes a value.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Default">The value where it is not given.</param>
/// <param name="Help">What it says.</param>
internal sealed record Option(string Name, string Default, string Help)
{
    public static readonly Option Folder = new("--folder", "/dev/shm", "where data lies that the clients write: a tmpfs, so that no disk is measured");
    public static readonly Option Report = new("--report", "", "a folder to write a page of this day into: docs/perf");
}
