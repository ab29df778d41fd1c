using System.Runtime.CompilerServices;

namespace Freshet.Tests;

/// <summary>No test asks the well-known routers of the DHT, also one whose session is made with default options.</summary>
internal static class NobodyOutThere
{
    [ModuleInitializer]
    internal static void ForgetRouters() => DhtOptions.WellKnownRouters = [];
}
