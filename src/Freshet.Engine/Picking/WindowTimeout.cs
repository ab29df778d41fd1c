namespace Freshet.Engine.Picking;

/// <summary>What has timed out on a connection.</summary>
public enum WindowTimeout : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The peer answers other requests but passed one over: the window has forgotten it, give it to others. Ask again, there may be more.</summary>
    Lost,

    /// <summary>The peer answers nothing: it is snubbed now and the window has forgotten all its requests; give them to others.</summary>
    Stalled,
}
