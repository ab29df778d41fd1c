using System.Text.RegularExpressions;

namespace Freshet.Architecture.Tests;

/// <summary>Rules about the text of the code itself.</summary>
public sealed partial class TidyTests
{
    // A file that grows past this has two subjects: split it.
    private const int MaxLines = 600;

    [Fact]
    public void No_file_is_longer_than_one_subject()
    {
        string[] tooLong = [.. Repository.SourceFiles("src", "tests", "bench")
            .Select(file => (Name: Repository.Relative(file), Lines: File.ReadLines(file).Count()))
            .Where(file => file.Lines > MaxLines)
            .Select(file => $"{file.Name}: {file.Lines} lines")];
        Assert.Empty(tooLong);
    }

    [Fact]
    public void No_file_is_named_after_nothing_in_particular()
    {
        string[] vague = [.. Repository.SourceFiles("src", "tests", "bench")
            .Where(file => VagueName().IsMatch(Path.GetFileNameWithoutExtension(file)))
            .Select(Repository.Relative)];
        Assert.Empty(vague);
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        string[] left = [.. Repository.SourceFiles("src", "tests", "bench")
            .Where(file => !file.EndsWith("TidyTests.cs", StringComparison.Ordinal))
            .SelectMany(file => File.ReadLines(file).Select((line, number) => (File: Repository.Relative(file), Line: line, Number: number + 1)))
            .Where(line => Unfinished().IsMatch(line.Line))
            .Select(line => $"{line.File}:{line.Number}: {line.Line.Trim()}")];
        Assert.Empty(left);
    }

    [Fact]
    public void Only_the_io_project_and_the_trackers_host_call_native_code()
    {
        string[] callers = [.. Repository.SourceFiles("src")
            .Where(file => !Repository.Relative(file).StartsWith("src/Freshet.IO/", StringComparison.Ordinal)
                && !Repository.Relative(file).StartsWith("src/Freshet.Tracker/Native/", StringComparison.Ordinal))
            .Where(file => NativeCall().IsMatch(File.ReadAllText(file)))
            .Select(Repository.Relative)];
        Assert.Empty(callers);
    }

    [GeneratedRegex("(Utils?|Helpers?|Misc|Common|Manager)$", RegexOptions.None, 1000)]
    private static partial Regex VagueName();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException|async void", RegexOptions.None, 1000)]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\[(LibraryImport|DllImport)\b", RegexOptions.None, 1000)]
    private static partial Regex NativeCall();
}
