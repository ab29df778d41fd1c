using Freshet.Core;

namespace Freshet.Simulator.Network;

/// <summary>How a host is connected to the world.</summary>
public sealed record SimLinkSettings
{
    /// <summary>Bytes a second out; 0 is unlimited.</summary>
    public double UploadRate { get; init; }

    /// <summary>Bytes a second in; 0 is unlimited.</summary>
    public double DownloadRate { get; init; }

    /// <summary>
    /// The bytes of one stream that its host may have on their way, queues of its line counted: as much as kernels grow theirs to on ordinary lines.
    /// </summary>
    public int SendBuffer { get; init; } = 512 * 1024;

    /// <summary>One way, to the middle of the world; two hosts are the sum of theirs apart.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The share of segments and datagrams that are lost. A stream's lost segment comes later, as TCP would send it again.</summary>
    public double Loss { get; init; }

    /// <summary>The share of datagrams that are overtaken by later ones.</summary>
    public double Reorder { get; init; }

    /// <summary>The share of datagrams that come twice.</summary>
    public double Duplicate { get; init; }
}

/// <summary>A host's line: what is sent shares its rate, in the order in which it was sent.</summary>
internal sealed class SimLink(SimLinkSettings settings)
{
    private MonoTime _uploadFree;
    private MonoTime _downloadFree;

    public SimLinkSettings Settings { get; } = settings;

    /// <summary>When bytes handed in now have left the host.</summary>
    public MonoTime SendBy(MonoTime now, int bytes) => Occupy(ref _uploadFree, now, bytes, Settings.UploadRate);

    /// <summary>When bytes that arrive at a time have come in.</summary>
    public MonoTime ReceiveBy(MonoTime arrival, int bytes) => Occupy(ref _downloadFree, arrival, bytes, Settings.DownloadRate);

    private static MonoTime Occupy(ref MonoTime free, MonoTime from, int bytes, double rate)
    {
        if (rate <= 0)
            return from;
        free = MonoTime.Max(free, from) + TimeSpan.FromSeconds(bytes / rate);
        return free;
    }
}
