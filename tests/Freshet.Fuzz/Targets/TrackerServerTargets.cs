using System.Buffers.Binary;
using System.Net;
using System.Text;
using Freshet.Core;
using Freshet.Tracker;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Http;
using Freshet.Tracker.Swarms;
using Freshet.Tracker.Udp;

namespace Freshet.Fuzz.Targets;

/// <summary>Bytes of a connection to the tracker's HTTP side: whatever comes, answers are whole and what is remembered is bounded.</summary>
public sealed class TrackerHttpTarget : IFuzzTarget
{
    private static readonly string[] Names = ["info_hash", "peer_id", "port", "left", "numwant", "event", "compact", "no_peer_id", "key", "ip", "x"];
    private static readonly string[] Values = ["0", "1", "-1", "started", "paused", "stopped", "%00%ff", "01234567890123456789", "99999999999999999999", "::1", "%4"];

    private readonly HttpResponder _responder = new(TrackerUnderFuzz.Core(), new SourceLimiter(0, 0, new SipHash(1, 2)), scrapes: null, stats: null);
    private readonly HttpOutput _output = new();

    /// <inheritdoc/>
    public string Name => "tracker-http";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 65_536 + (100L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var text = new StringBuilder(random.Chance(0.1) ? "POST " : "GET ");
        text.Append(random.Chance(0.2) ? "/scrape?" : "/announce?info_hash=aaaaaaaaaaaaaaaaaaa%41&peer_id=-XX0000-%00%01%02%03%04%05%06%07%08%09%0a%0B&port=1&");
        for (int pairs = random.Next(8); pairs > 0; pairs--)
            text.Append(Names[random.Next(Names.Length)]).Append('=').Append(Values[random.Next(Values.Length)]).Append('&');
        text.Append(random.Chance(0.2) ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
        for (int lines = random.Next(4); lines > 0; lines--)
            text.Append(random.Chance(0.3) ? "Connection: close\r\n" : random.Chance(0.2) ? "Content-Length: 3\r\n" : "Accept-Encoding: gzip\r\n");
        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        PeerAddress source = PeerAddress.Of(IPAddress.Parse(input.Length % 2 == 0 ? "44.1.2.3" : "2a00::1"));
        for (int requests = 0; !input.IsEmpty && requests < 20; requests++)
        {
            _output.Clear();
            HttpStep step = _responder.Handle(input, source, TrackerUnderFuzz.Now(requests), _output);
            FuzzException.Require(step.Consumed <= input.Length, "no more is consumed than came");
            FuzzException.Require((step.Consumed > 0) == (_output.Written.Length > 0), "every request has its answer, and nothing else has");
            if (step.Consumed == 0)
            {
                FuzzException.Require(input.Length < HttpRequest.MaxLength, "what is too long is not waited for");
                return;
            }

            CheckAnswer(_output.Written);
            if (step.Close)
                return;
            input = input[step.Consumed..];
        }
    }

    private static void CheckAnswer(ReadOnlySpan<byte> answer)
    {
        int end = answer.IndexOf("\r\n\r\n"u8);
        FuzzException.Require(answer.StartsWith("HTTP/1.1 "u8) && end > 0, "an answer has a head");
        if (!answer.StartsWith("HTTP/1.1 200"u8))
            return;
        bool isBencoded = BencodeDocument.TryParse(answer[(end + 4)..], BencodeLimits.Wire, out BencodeDocument document, out _);
        FuzzException.Require(isBencoded && document.Root.Kind == BencodeKind.Dictionary, "an answer is a dictionary");
    }
}

/// <summary>Datagrams to the tracker, each behind a length byte; most are given a valid connection id, since guessing it would find nothing.</summary>
public sealed class TrackerUdpTarget : IFuzzTarget
{
    private readonly UdpResponder _responder = new(TrackerUnderFuzz.Core(), new ConnectionTokens([1, 2, 3]), new SourceLimiter(0, 0, new SipHash(1, 2)));
    private readonly ConnectionTokens _tokens = new([1, 2, 3]);
    private readonly byte[] _answer = new byte[UdpResponder.MaxAnswer];

    /// <inheritdoc/>
    public string Name => "tracker-udp";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 65_536 + (100L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var input = new List<byte>();
        for (int packets = 1 + random.Next(4); packets > 0; packets--)
        {
            byte[] packet = new byte[random.Next(4) == 0 ? 16 : random.Next(2) == 0 ? 98 : 16 + (20 * random.Next(10))];
            random.NextBytes(packet);
            BinaryPrimitives.WriteInt64BigEndian(packet, 0x41727101980);
            BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(8), random.Next(4));
            input.Add((byte)packet.Length);
            input.AddRange(packet);
        }

        return [.. input];
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        PeerAddress source = PeerAddress.Of(IPAddress.Parse(input.Length % 2 == 0 ? "44.1.2.3" : "2a00::1"));
        for (int packets = 0; !input.IsEmpty && packets < 50; packets++)
        {
            MonoTime now = TrackerUnderFuzz.Now(packets);
            int length = Math.Min((int)input[0], input.Length - 1);
            byte[] packet = input.Slice(1, length).ToArray();
            input = input[(1 + length)..];
            int answered = _responder.Handle(packet, source, now, _answer, out _);
            FuzzException.Require(answered <= packet.Length, "without a valid id no answer is longer than what came");
            if (packet.Length < 16)
                continue;
            BinaryPrimitives.WriteInt64BigEndian(packet, _tokens.Create(source, now));
            answered = _responder.Handle(packet, source, now, _answer, out _);
            FuzzException.Require(answered == 0 || _answer.AsSpan(4, 4).SequenceEqual(packet.AsSpan(12, 4)), "an answer has the transaction of its request");
        }
    }
}

/// <summary>The tracker that both targets ask: a small one, so that its limits are met.</summary>
internal static class TrackerUnderFuzz
{
    public static TrackerCore Core() => new(
        new TrackerRules { Limits = new SwarmLimits { MaxTorrents = 50, MaxPeers = 200, MaxPeersPerTorrent = 50 } }, new SeededRandom(1));

    public static MonoTime Now(int step) => new((100 + step) * 1_000_000_000L);
}
