using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>What local discovery (BEP 14) knows of one torrent. A mutable struct: keep it in a field.</summary>
internal struct LocalSeat
{
    /// <summary>Whether it is announced.</summary>
    public bool IsOn { get; set; }

    /// <summary>Whether it waits for its turn.</summary>
    public bool IsQueued { get; set; }

    /// <summary>When it was announced last.</summary>
    public MonoTime? LastAt { get; set; }
}
