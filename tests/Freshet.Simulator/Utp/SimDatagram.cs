using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Simulator.Utp;

/// <summary>A datagram on its way; the buffer is the world's and is given back when it has arrived.</summary>
internal readonly record struct SimDatagram(DatagramAddress From, DatagramAddress To, byte[] Buffer, int Length, MonoTime Arrival);
