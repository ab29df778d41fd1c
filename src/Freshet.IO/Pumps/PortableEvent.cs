namespace Freshet.IO.Pumps;

/// <summary>What ended on a <see cref="PortableSocket"/>.</summary>
[Flags]
internal enum PortableEvent : byte
{
    None = 0,

    /// <summary>The attempt to connect, well or not.</summary>
    Connected = 1,

    /// <summary>The wait for something to read.</summary>
    Readable = 2,

    /// <summary>The sending of a chunk, well or not.</summary>
    Sent = 4,
}
