namespace Freshet.Engine.Peers;

/// <summary>How a connection to a candidate went.</summary>
/// <param name="Bytes">Payload both ways.</param>
/// <param name="Duration">From both handshakes to the end.</param>
/// <param name="Response">From dialling to the end of the handshakes; null where the peer dialled.</param>
public readonly record struct ConnectionTrack(long Bytes, TimeSpan Duration, TimeSpan? Response);

/// <summary>
/// What is known of a candidate from its connections: speed, reliability and response time, each an average in which the last connection counts for a third. A
/// mutable struct of 16 bytes, kept as long as the candidate.
/// </summary>
public struct PeerScore
{
    // A connection must show something: a block, or that it lasts.
    private static readonly TimeSpan UsefulTime = TimeSpan.FromSeconds(30);

    /// <summary>Shorter connections show no speed.</summary>
    private static readonly TimeSpan LeastDuration = TimeSpan.FromSeconds(1);

    private const float NewShare = 1f / 3;
    private const double BlockLength = 16 * 1024;

    /// <summary>What the fastest line is worth, in doublings of a block a second: 1 GiB/s.</summary>
    private const double MaxSpeedWorth = 16;

    private float _speed;
    private float _response;
    private float _reliability;

    /// <summary>Connections that were counted, 255 at the most.</summary>
    public byte Connections { get; private set; }

    /// <summary>Payload bytes a second, both ways.</summary>
    public readonly double Speed => _speed;

    /// <summary>The share of connections that were of use.</summary>
    public readonly double Reliability => _reliability;

    /// <summary>The time from dialling to the end of the handshakes; zero where none was dialled.</summary>
    public readonly TimeSpan Response => TimeSpan.FromSeconds(_response);

    /// <summary>
    /// What the candidate is worth beside others: 0 where nothing is known. Speed counts by its order of magnitude, unreliable ones and those that carried nothing lose
    /// all of that and more, and slow answers a little.
    /// </summary>
    public readonly double Value
        => Connections == 0 ? 0 : (Math.Min(MaxSpeedWorth, Math.Log2(1 + (_speed / BlockLength))) * _reliability) + (_speed > 0 ? 2 * _reliability : 0) - 1 - Math.Min(1, _response / 5);

    /// <summary>A connection is over.</summary>
    public void Add(in ConnectionTrack track)
    {
        bool isUseful = track.Bytes > 0 || track.Duration >= UsefulTime;
        double seconds = Math.Max(track.Duration.TotalSeconds, LeastDuration.TotalSeconds);
        Mix(ref _reliability, isUseful ? 1 : 0);
        Mix(ref _speed, (float)(track.Bytes / seconds));
        if (track.Response is { } response)
            _response = _response == 0 ? (float)response.TotalSeconds : _response + ((float)(response.TotalSeconds - _response) * NewShare);
        Connections = (byte)Math.Min(byte.MaxValue, Connections + 1);
    }

    /// <summary>A connection could not be opened.</summary>
    public void AddFailure()
    {
        Mix(ref _reliability, 0);
        Connections = (byte)Math.Min(byte.MaxValue, Connections + 1);
    }

    private readonly void Mix(ref float average, float value) => average = Connections == 0 ? value : average + ((value - average) * NewShare);
}
