using System.Runtime;
using System.Security.Cryptography;

namespace Freshet.Cli.StartUp;

/// <summary>
/// Which methods a command needed the last time: the runtime writes their names down and has a second thread compile them at the next start, while the first goes ahead. A session needs
/// some 5,000 before its first payload, and compiling those is most of the time until then. The runtime passes over what is of another build, but trusts each byte of what it reads; hence
/// the seal: a hash, written when the file is done, without which it is not used.
/// </summary>
internal sealed class CompiledBefore : IDisposable
{
    /// <summary>Folder of the user's cache.</summary>
    public const string Folder = "compiled";

    private readonly string _file;

    private CompiledBefore(string file) => _file = file;

    /// <summary>Begins, where it is worth it; a cache that cannot be used is done without.</summary>
    /// <param name="command">The verbs of the command, such as <c>magnet resolve</c>.</param>
    /// <param name="cache">The user's cache.</param>
    public static CompiledBefore? Begin(string command, string cache)
    {
        if (!StartsSession(command))
            return null;
        var before = new CompiledBefore(Path.Combine(cache, Folder, $"{command.Replace(' ', '-')}.methods"));
        try
        {
            before.Start();
            return before;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes down and seals what was compiled until now. A process that ends without leaves nothing to the next.</summary>
    public void Dispose()
    {
        ProfileOptimization.StartProfile("");
        try
        {
            File.WriteAllBytes(SealOf(_file), SHA256.HashData(File.ReadAllBytes(_file)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start does without.
        }
    }

    /// <summary>Whether a file is there, and as it was written.</summary>
    internal static bool IsSealed(string file)
        => File.Exists(file) && File.Exists(SealOf(file)) && File.ReadAllBytes(SealOf(file)).AsSpan().SequenceEqual(SHA256.HashData(File.ReadAllBytes(file)));

    private static string SealOf(string file) => file + ".sha256";

    private void Start()
    {
        string folder = Path.GetDirectoryName(_file)!;
        Directory.CreateDirectory(folder);
        if (!IsSealed(_file))
            File.Delete(_file);
        ProfileOptimization.SetProfileRoot(folder);
        ProfileOptimization.StartProfile(Path.GetFileName(_file));
    }

    /// <summary>Whether a command compiles so much that a second thread helps; for the short ones it only costs.</summary>
    private static bool StartsSession(string command)
        => command is "download" or "seed" or "publish" or "follow" or "magnet resolve" or ['d', 'h', 't', ' ', ..];
}
