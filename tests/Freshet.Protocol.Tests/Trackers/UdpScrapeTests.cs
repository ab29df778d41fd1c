using System.Buffers.Binary;
using System.Net;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Protocol.Tests.Trackers;

/// <summary>BEP 15's scrape; what it shares with announces is in <see cref="UdpTrackerExchangeTests"/>.</summary>
public sealed class UdpScrapeTests
{
    private static readonly IPEndPoint Tracker = new(IPAddress.Parse("10.0.0.9"), 1337);
    private static readonly MonoTime Start = MonoTime.Zero + TimeSpan.FromSeconds(1000);
    private readonly byte[] _datagram = new byte[UdpTrackerExchange.MaxDatagram];

    [Theory]
    [InlineData(1)]
    [InlineData(UdpScrape.MaxSwarms)]
    public void It_asks_for_up_to_74_swarms_at_once(int count)
    {
        UdpScrape scrape = Connected(count);
        int length = scrape.Poll(Start, _datagram);
        Assert.Equal(16 + (count * 20), length);
        Assert.Equal(2, BinaryPrimitives.ReadInt32BigEndian(_datagram.AsSpan(8)));
        Assert.Equal(count - 1, _datagram[length - 1]);
        Assert.True(Answer(scrape, 2, [.. Enumerable.Range(1, count * 3)]));
        Assert.Equal(count, scrape.Answer!.Swarms.Count);
        SwarmCounts last = scrape.Answer.Swarms[^1];
        Assert.Equal(((count * 3) - 2, (count * 3) - 1, count * 3), (last.Seeders, last.Completed!.Value, last.Leechers));
        Assert.True(scrape.IsOver);
    }

    [Fact]
    public void More_or_none_are_no_question()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => New(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => New(UdpScrape.MaxSwarms + 1));
    }

    [Fact]
    public void An_answer_for_fewer_or_more_swarms_counts_as_far_as_it_goes()
    {
        UdpScrape scrape = Connected(3);
        scrape.Poll(Start, _datagram);
        Assert.True(Answer(scrape, 2, 1, 2, 3, 4, 5, 6, 7, 8));
        Assert.Equal(2, scrape.Answer!.Swarms.Count);
        scrape = Connected(1);
        scrape.Poll(Start, _datagram);
        Assert.True(Answer(scrape, 2, -1, 2, 3, 4, 5, 6));
        Assert.Equal(0, Assert.Single(scrape.Answer!.Swarms).Seeders);
    }

    [Fact]
    public void A_short_answer_and_one_to_an_announce_are_not_taken()
    {
        UdpScrape scrape = Connected(1);
        scrape.Poll(Start, _datagram);
        Assert.False(Answer(scrape, 2, 1, 2));
        Assert.False(Answer(scrape, 1, 1, 2, 3));
        Assert.False(scrape.IsOver);
    }

    [Fact]
    public void An_error_is_the_answer()
    {
        UdpScrape scrape = Connected(1);
        scrape.Poll(Start, _datagram);
        Assert.True(Answer(scrape, 3, 0x6E6F2121));
        Assert.Equal("no!!", scrape.Answer!.Failure);
    }

    private static UdpScrape New(int count)
    {
        InfoHash[] swarms = [.. Enumerable.Range(0, count).Select(i => new InfoHash(new Sha1Hash([.. Enumerable.Repeat((byte)i, 20)])))];
        return new UdpScrape(swarms, Tracker, new UdpConnectionIds(), new UdpTransactionIds(new SeededRandom(1)));
    }

    private UdpScrape Connected(int count)
    {
        UdpScrape scrape = New(count);
        Assert.Equal(16, scrape.Poll(Start, _datagram));
        Assert.False(scrape.IsConnected);
        Assert.True(Answer(scrape, 0, 1, 2));
        return scrape;
    }

    private bool Answer(UdpScrape scrape, int action, params int[] words)
    {
        byte[] answer = new byte[8 + (words.Length * 4)];
        BinaryPrimitives.WriteInt32BigEndian(answer, action);
        _datagram.AsSpan(12, 4).CopyTo(answer.AsSpan(4));
        for (int i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(answer.AsSpan(8 + (i * 4)), words[i]);
        return scrape.Handle(Tracker, answer, Start);
    }
}
