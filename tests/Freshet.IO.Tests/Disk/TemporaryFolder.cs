namespace Freshet.IO.Tests.Disk;

/// <summary>A folder of one test, gone after it.</summary>
internal sealed class TemporaryFolder(string? parent = null) : IDisposable
{
    public string Path { get; } = parent is null
        ? Directory.CreateTempSubdirectory("freshet-test-").FullName
        : Directory.CreateDirectory(System.IO.Path.Combine(parent, $"freshet-test-{Guid.NewGuid():N}")).FullName;

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
