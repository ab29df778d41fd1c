namespace Freshet.Engine.Torrents;

/// <summary>How far a torrent's run has come. What a person is shown follows from it, and from the queue and the disk.</summary>
internal enum RunPhase : byte
{
    /// <summary>There is no run.</summary>
    Idle,

    /// <summary>It sleeps, and its files cannot be looked at before its metainfo is here.</summary>
    Waking,

    /// <summary>Its metadata is fetched, where the queue lets it.</summary>
    Fetching,

    /// <summary>Storage looks at the files and checks them.</summary>
    Opening,

    /// <summary>Blocks may come and go, where the queue lets them.</summary>
    Ready,

    /// <summary>It seeds without being awake; or closes its files for that, or opens them for somebody who came.</summary>
    Resting,

    /// <summary>Trackers are told, and files closed.</summary>
    Stopping,
}
