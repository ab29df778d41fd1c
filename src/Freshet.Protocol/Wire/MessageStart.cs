using System.Runtime.CompilerServices;

namespace Freshet.Protocol.Wire;

/// <summary>Room for any message's start and for every message of fixed length (a request takes 17 bytes).</summary>
[InlineArray(20)]
internal struct MessageStart
{
    private byte _first;
}
