using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Protocol.Tests.Utp.Congestion;

/// <summary>Acknowledgements and losses as a stream would tell of them, one round trip of a full window at a time.</summary>
internal sealed class Samples(ICongestionController controller, int packet = 1452)
{
    private const int LineTakes = 2000;
    private long _delivered;

    public MonoTime Now { get; set; } = new(1_000_000_000);

    public TimeSpan RoundTrip { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>The queue that packets wait in, on top of <see cref="RoundTrip"/>.</summary>
    public TimeSpan Wait { get; set; }

    public double Packets => (double)controller.Window / packet;

    /// <summary>Lets a window be acknowledged, packet by packet; of a very large one as much as the line takes.</summary>
    public void Round(bool isAppLimited = false)
    {
        int packets = (int)Math.Min(controller.Window / packet, LineTakes);
        TimeSpan roundTrip = RoundTrip + Wait;
        MonoTime start = Now;
        long atSend = _delivered;
        for (int i = 1; i <= packets; i++)
        {
            Now = start + (roundTrip * i / packets);
            _delivered += packet;
            controller.OnAcked(new UtpAckSample(
                Now, packet, (long)packets * packet, roundTrip, roundTrip, (uint)((RoundTrip / 2) + Wait).TotalMicroseconds, _delivered, atSend, roundTrip, isAppLimited));
        }
    }

    public void Rounds(int count)
    {
        for (int i = 0; i < count; i++)
            Round();
    }

    /// <summary>A packet that was sent so long ago is lost.</summary>
    public void Lose(TimeSpan ago = default) => controller.OnLost(new UtpLossSample(Now, packet, controller.Window, Now - ago));
}
