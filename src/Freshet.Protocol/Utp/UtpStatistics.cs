namespace Freshet.Protocol.Utp;

/// <summary>What a stream has to tell of itself.</summary>
/// <param name="RoundTrip">The smoothed round trip; zero: not measured yet.</param>
/// <param name="Timeout">How long a packet is waited for.</param>
/// <param name="Window">Bytes that the controller lets be on their way.</param>
/// <param name="InFlight">Bytes that are.</param>
/// <param name="PeerWindow">Bytes for which the peer has room.</param>
/// <param name="Datagram">The length of a full datagram, as the path takes it.</param>
/// <param name="PacketsSent">Packets with payload sent, those sent again counted.</param>
/// <param name="PacketsLost">Packets that were found to be lost.</param>
/// <param name="PacketsResent">Packets sent again.</param>
/// <param name="PacketsReceived">Packets received.</param>
/// <param name="Duplicates">Packets received once more than needed.</param>
/// <param name="Timeouts">Times at which a packet was waited for in vain.</param>
public readonly record struct UtpStatistics(
    TimeSpan RoundTrip,
    TimeSpan Timeout,
    long Window,
    long InFlight,
    long PeerWindow,
    int Datagram,
    long PacketsSent,
    long PacketsLost,
    long PacketsResent,
    long PacketsReceived,
    long Duplicates,
    long Timeouts);
