using Freshet.Core;

namespace Freshet.Protocol.Tests.Utp.Congestion;

/// <summary>
/// A line with a rate and a queue that drops at its end, and flows on it that are nothing but their controllers: packets without content, each acknowledged by itself, a lost one known by
/// the third behind it. What the real machine does is tried in the simulator; here a controller is alone.
/// </summary>
internal sealed class ModelLine(double bitsPerSecond, TimeSpan roundTrip, int queueBytes, double loss = 0, ulong seed = 1)
{
    /// <summary>1,500 bytes of a line carry these.</summary>
    public const int Payload = 1452;

    public const int OnLine = 1500;

    private readonly SeededRandom _random = new(seed);
    private readonly List<ModelFlow> _flows = [];
    private MonoTime _busyUntil;

    public MonoTime Now { get; private set; } = new(1_000_000_000);

    public int Dropped { get; private set; }

    public TimeSpan RoundTrip { get; set; } = roundTrip;

    public ModelFlow Add(ModelFlow flow)
    {
        _flows.Add(flow);
        flow.Begin(this);
        return flow;
    }

    public void Run(TimeSpan duration)
    {
        MonoTime end = Now + duration;
        while (true)
        {
            ModelFlow? first = null;
            foreach (ModelFlow flow in _flows)
            {
                if (first is null || flow.Next < first.Next)
                    first = flow;
            }

            if (first is null || first.Next > end)
            {
                Now = end;
                return;
            }

            Now = MonoTime.Max(Now, first.Next);
            first.Act();
        }
    }

    /// <summary>Sends a packet.</summary>
    /// <returns>When its acknowledgement is back; never: it is lost.</returns>
    public MonoTime Send(out TimeSpan wait)
    {
        wait = _busyUntil > Now ? _busyUntil - Now : TimeSpan.Zero;
        if (wait.TotalSeconds * bitsPerSecond / 8 > queueBytes)
        {
            Dropped++;
            return MonoTime.Never;
        }

        _busyUntil = MonoTime.Max(_busyUntil, Now) + TimeSpan.FromSeconds(OnLine * 8 / bitsPerSecond);
        return _random.Chance(loss) ? MonoTime.Never : _busyUntil + RoundTrip;
    }
}
