using System.Runtime.CompilerServices;

namespace Freshet.Cli.Tests;

/// <summary>Commands that tests start as processes leave the cache of this machine's user alone.</summary>
internal static class NobodysCache
{
    [ModuleInitializer]
    internal static void Replace() => Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Directory.CreateTempSubdirectory("freshet-cache").FullName);
}
