using Freshet.Core;
using Freshet.Engine.Session;

namespace Freshet.Simulator.Nodes;

/// <summary>How a simulated node is set up.</summary>
public sealed record SimNodeSettings
{
    /// <summary>Bytes of payload that may be in memory at once.</summary>
    public long Memory { get; init; } = 32 * 1024 * 1024;

    /// <summary>Changes the session's settings.</summary>
    public Func<SessionSettings, SessionSettings>? Adapt { get; init; }

    internal SessionSettings Session(PeerId id, int port)
    {
        var settings = new SessionSettings { PeerId = id, ListenPort = port };
        return Adapt is null ? settings : Adapt(settings);
    }
}
