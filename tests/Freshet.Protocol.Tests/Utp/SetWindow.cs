using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp;

/// <summary>A window that stays as it is, and counts what it is told.</summary>
internal sealed class SetWindow(long window) : ICongestionController
{
    public long Window => window;

    public long PacingRate { get; set; }

    public int Losses { get; private set; }

    public int Timeouts { get; private set; }

    public int PacketSize { get; private set; }

    public void SetPacketSize(int bytes) => PacketSize = bytes;

    public void OnAcked(in UtpAckSample sample)
    {
    }

    public void OnLost(in UtpLossSample sample) => Losses++;

    public void OnNotLost(int packets, MonoTime now)
    {
    }

    public void OnTimeout(MonoTime now) => Timeouts++;

    public void OnIdle(TimeSpan idle, MonoTime now)
    {
    }
}
