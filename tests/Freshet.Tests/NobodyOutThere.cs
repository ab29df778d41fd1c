using System.Runtime.CompilerServices;

namespace Freshet.Tests;

/// <summary>Tests reach out to nobody, and leave what the user of this machine has alone.</summary>
internal static class NobodyOutThere
{
    [ModuleInitializer]
    internal static void StayAlone()
    {
        DhtOptions.WellKnownRouters = [];

        // What uses no folder of its own: the sample of the README.
        Environment.SetEnvironmentVariable("XDG_STATE_HOME", Directory.CreateTempSubdirectory("freshet-state").FullName);
    }
}
