using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>
/// An attempt to reach a peer: over one transport, or over two that race. The first that is connected is the connection's; the other is given up before it has said anything, and what
/// it may still hear counts for nothing. Only where all have failed the attempt has.
/// </summary>
internal sealed class Dial
{
    /// <summary>
    /// How long an answer over uTP is waited for: that to a SYN, or to one of those that are sent again after it. Who does not speak uTP says so to nobody, and each such address
    /// would else hold a half-open place as long as a lost TCP connection does.
    /// </summary>
    public static readonly TimeSpan UtpPatience = TimeSpan.FromSeconds(4);

    private readonly DialTry _first;
    private readonly DialTry? _second;
    private readonly MonoTime _giveUpAt;
    private MonoTime _secondAt = MonoTime.Never;

    /// <summary>Plans an attempt; nothing is begun.</summary>
    /// <param name="setup">Whom to reach, and over what.</param>
    /// <param name="now">The time.</param>
    /// <param name="patience">How long it may take in all.</param>
    public Dial(ConnectionSetup setup, MonoTime now, TimeSpan patience)
    {
        Setup = setup;
        _giveUpAt = now + patience;
        _first = new DialTry(setup.Plan.First);
        if (setup.Plan.Second is not { } second)
            return;
        _second = new DialTry(second);
        _secondAt = now + setup.Plan.HeadStart;
    }

    /// <summary>What the connection is for.</summary>
    public ConnectionSetup Setup { get; }

    /// <summary>When <see cref="Advance"/> is to be called, at the latest.</summary>
    public MonoTime Deadline
        => MonoTime.Min(MonoTime.Min(_giveUpAt, _secondAt), MonoTime.Min(_first.GiveUpAt, _second?.GiveUpAt ?? MonoTime.Never));

    /// <summary>Whether something is under way, or will be.</summary>
    public bool IsAlive => _first.IsAlive || _second is { IsAlive: true } || !_secondAt.IsNever;

    /// <summary>Why it failed, both failures told as one: the later one's reason, since that is what it was given up for.</summary>
    public DisconnectReason Failure { get; private set; }

    /// <summary>Begins what is to begin, and looks at what was begun.</summary>
    /// <param name="dialler">Who opens sockets.</param>
    /// <param name="owner">The connection that they belong to.</param>
    /// <param name="now">The time.</param>
    /// <returns>What the connection goes over from now on; null while nothing is connected.</returns>
    public PeerSocket? Advance(IDialler dialler, PumpConnection owner, MonoTime now)
    {
        if (!_first.IsBegun)
            Begin(_first, dialler, owner, now);
        PeerSocket? winner = Look(_first, now) ?? Look(_second, now);
        if (winner is null && !_secondAt.IsNever && (!_first.IsAlive || now >= _secondAt))
        {
            _secondAt = MonoTime.Never;
            Begin(_second!, dialler, owner, now);
            winner = Look(_second, now);
        }

        if (winner is not null)
            GiveUp(DisconnectReason.None);
        else if (now >= _giveUpAt)
            GiveUp(DisconnectReason.ConnectTimeout);
        return winner;
    }

    /// <summary>Gives up whatever is being tried.</summary>
    public void GiveUp(DisconnectReason reason)
    {
        Failure = reason;
        _secondAt = MonoTime.Never;
        _first.GiveUp();
        _second?.GiveUp();
    }

    private void Begin(DialTry one, IDialler dialler, PumpConnection owner, MonoTime now)
    {
        one.Begin(dialler, Setup.Endpoint, owner, now);
        Failure = one.Failure;
    }

    private PeerSocket? Look(DialTry? one, MonoTime now)
    {
        if (one is not { IsAlive: true })
            return null;
        PeerSocket? connected = one.TakeConnected(now);
        if (one.Failure != DisconnectReason.None)
            Failure = one.Failure;
        return connected;
    }
}
