using System.Buffers.Binary;
using System.Net;
using Freshet.Core;

namespace Freshet.Protocol.Trackers;

/// <summary>A scrape of a UDP tracker (BEP 15).</summary>
public sealed class UdpScrape : UdpTrackerExchange
{
    /// <summary>Torrents in one question: what fits into a datagram that no network cuts up (BEP 15).</summary>
    public const int MaxSwarms = 74;

    internal const int MaxLength = HeadLength + (MaxSwarms * Sha1Hash.Length);

    private const int CountsLength = 12;

    private readonly IReadOnlyList<InfoHash> _swarms;

    /// <summary>Prepares a scrape; nothing is sent before <see cref="UdpTrackerExchange.Poll"/>.</summary>
    /// <param name="swarms">What to ask for: 1 to <see cref="MaxSwarms"/>.</param>
    /// <param name="tracker">One of the addresses that the tracker's host name has.</param>
    /// <param name="connections">Shared by all exchanges of a session.</param>
    /// <param name="transactions">Shared by all exchanges of a session.</param>
    public UdpScrape(IReadOnlyList<InfoHash> swarms, IPEndPoint tracker, UdpConnectionIds connections, UdpTransactionIds transactions)
        : base(tracker, connections, transactions)
    {
        ArgumentOutOfRangeException.ThrowIfZero(swarms.Count, nameof(swarms));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(swarms.Count, MaxSwarms, nameof(swarms));
        _swarms = swarms;
    }

    /// <summary>What the tracker answered; an error packet is an answer with a <see cref="ScrapeAnswer.Failure"/>.</summary>
    public ScrapeAnswer? Answer { get; private set; }

    /// <inheritdoc/>
    public override bool IsAnswered => Answer is not null;

    private protected override UdpAction Action => UdpAction.Scrape;

    private protected override int LeastAnswer => AnswerHeadLength + CountsLength;

    private protected override void TakeRefusal(string why) => Answer = new ScrapeAnswer { Failure = why };

    private protected override void TakeAnswer(ReadOnlySpan<byte> answer)
    {
        // Some trackers answer for fewer than were asked: the first ones then.
        int count = Math.Min(_swarms.Count, answer.Length / CountsLength);
        var swarms = new SwarmCounts[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> counts = answer.Slice(i * CountsLength, CountsLength);
            swarms[i] = new SwarmCounts(_swarms[i], Count(counts), Count(counts[8..]), Count(counts[4..]));
        }

        Answer = new ScrapeAnswer { Swarms = swarms };
    }

    private protected override int WriteQuestion(Span<byte> question)
    {
        for (int i = 0; i < _swarms.Count; i++)
            _swarms[i].Value.Bytes.CopyTo(question[(i * Sha1Hash.Length)..]);
        return _swarms.Count * Sha1Hash.Length;
    }

    private static int Count(ReadOnlySpan<byte> bytes) => Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(bytes));
}
