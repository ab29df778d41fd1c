using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.RateLimiting;

namespace Freshet.Engine.Tests.RateLimiting;

/// <summary>What we send over TCP beside what we send over uTP, on a model of a line: TCP takes all that it may, uTP what is left, as LEDBAT++ does.</summary>
public sealed class MixedModeTests
{
    private const long Capacity = 10_000_000;

    private readonly MixedMode _mode = new();
    private readonly List<int> _lastRounds = [];
    private MonoTime _now = new(1);
    private long _tcp;
    private long _utp;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(5, 2)]
    public void Peers_over_uTP_come_near_to_their_share_by_number_and_TCP_keeps_its_own(int tcp, int utp)
    {
        double share = (double)utp / (tcp + utp);
        Play(rounds: 60, tcp, utp);
        Assert.InRange(_utp / (double)Capacity, share / 2, 1);
        Assert.InRange(_tcp / (double)Capacity, (1 - share) * 0.95, 1);
        Assert.InRange(_tcp + _utp, 0.9 * Capacity, Capacity);
    }

    [Fact]
    public void Where_peers_over_uTP_are_slow_themselves_TCP_loses_little()
    {
        long sent = Play(rounds: 600, tcp: 2, utp: 2, most: Capacity / 50);
        Assert.InRange(sent / (600.0 * Capacity), 0.93, 1);
    }

    [Fact]
    public void Nothing_is_limited_where_one_of_both_sends_or_both_have_as_much()
    {
        Play(rounds: 30, tcp: 3, utp: 0);
        Assert.Null(_mode.Limit);
        for (int i = 0; i < 30; i++)
            Round(tcp: 3, 6_000_000, utp: 3, 4_000_000);
        Assert.Null(_mode.Limit);
    }

    [Fact]
    public void The_limit_goes_when_the_peers_over_uTP_do()
    {
        Play(rounds: 30, tcp: 1, utp: 3);
        Assert.NotNull(_mode.Limit);
        Assert.False(Round(tcp: 1, _tcp, utp: 0, 0));
        Assert.Null(_mode.Limit);
    }

    [Fact]
    public void Who_sends_often_in_a_round_is_one_of_its_senders()
    {
        int first = 0, second = 0;
        for (int i = 0; i < 1000; i++)
        {
            _mode.Sent(PeerTransport.Tcp, 10_000, ref first);
            _mode.Sent(PeerTransport.Utp, 4_000, ref second);
        }

        _mode.EndRound(_now);
        Assert.NotNull(_mode.Limit);
        Assert.Equal(7_500_000 / (long)MixedMode.Round.TotalSeconds, _mode.Limit);
    }

    /// <summary>Plays rounds; the bytes a second of TCP, added up.</summary>
    private long Play(int rounds, int tcp, int utp, long most = Capacity)
    {
        long sum = 0;
        for (int i = 0; i < rounds; i++)
        {
            _tcp = Math.Min(_mode.Limit ?? long.MaxValue, Capacity * 97 / 100);
            long left = utp == 0 ? 0 : Math.Min(Capacity - _tcp, most);

            // What others leave it takes up within some seconds; what they take it gives at once.
            _utp = Math.Min(left, Math.Max(_utp + ((left - _utp) * 2 / 3), 1000));
            sum += _tcp;
            Round(tcp, _tcp, utp, _utp);
        }

        return sum;
    }

    private bool Round(int tcp, long tcpRate, int utp, long utpRate)
    {
        while (_lastRounds.Count < tcp + utp)
            _lastRounds.Add(0);
        for (int i = 0; i < tcp + utp; i++)
        {
            int last = _lastRounds[i];
            long bytes = (long)MixedMode.Round.TotalSeconds * (i < tcp ? tcpRate / tcp : utpRate / utp);
            _mode.Sent(i < tcp ? PeerTransport.Tcp : PeerTransport.Utp, (int)bytes, ref last);
            _lastRounds[i] = last;
        }

        _now += MixedMode.Round;
        return _mode.EndRound(_now);
    }
}
