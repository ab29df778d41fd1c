using System.Text;
using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Http;

namespace Freshet.Tracker.Tests.Http;

/// <summary>A responder and what it writes, as one connection would see it.</summary>
internal sealed class HttpRig(TrackerRig? rig = null, bool fullScrape = false, bool stats = false, double maxRate = 0)
{
    private readonly HttpOutput _output = new();

    public TrackerRig Rig { get; } = rig ?? new TrackerRig();

    public HttpResponder Responder => field ??= new HttpResponder(
        Rig.Core, new SourceLimiter(maxRate, maxRate, new SipHash(1, 1)), fullScrape ? new FullScrape(Rig.Core) : null, stats ? () => [.. "{}"u8] : null);

    public PeerAddress From { get; set; } = Peers.Address("44.0.0.1");

    /// <summary>Asks with some bytes as they are.</summary>
    public (string Answer, HttpStep Step) Send(string request)
    {
        _output.Clear();
        HttpStep step = Responder.Handle(Encoding.Latin1.GetBytes(request), From, Peers.At(Rig.Now), _output);
        return (Encoding.Latin1.GetString(_output.Written) + Encoding.Latin1.GetString(_output.Shared.Span), step);
    }

    /// <summary>Gets a target's body, bencoded.</summary>
    public BencodeValue Get(string target)
    {
        string answer = Send($"GET {target} HTTP/1.1\r\nHost: t\r\n\r\n").Answer;
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        byte[] body = Encoding.Latin1.GetBytes(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.True(BencodeDocument.TryParse(body, BencodeLimits.Metainfo, out BencodeDocument document, out BencodeError error), error.ToString());
        return document.Root;
    }

    public static string Announce(int client, string more = "", int swarm = 0)
        => $"/announce?info_hash={Escape(Peers.Hash(swarm).Value)}&peer_id={Escape(Peers.Id(client))}&port=6881&uploaded=0&downloaded=0&left=10{more}";

    public static string Escape(Sha1Hash hash) => string.Concat(hash.Bytes.ToArray().Select(b => $"%{b:x2}"));
}
