using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>
/// Bounds the incoming connections of one pump that are not through their handshake, and so may be nobody's: in all and per stranger (THREATS W3).
/// When the places are taken, one that has had its chance gives way to the next in the queue, so that silent connections never keep honest ones out.
/// </summary>
internal sealed class IncomingGate
{
    /// <summary>Connections without a finished handshake, over all pumps.</summary>
    public const int MaxPending = 256;

    /// <summary>
    /// Of these, from one IPv4 address or one /64 of IPv6. Loopback and LAN are exempt: there one address is many clients, and the session's own user's.
    /// </summary>
    public const int MaxPendingPerStranger = 32;

    /// <summary>
    /// How long a place is safe: an honest peer shakes hands within a round trip. A storm of silent connections then passes through at a thousand a second,
    /// so that who waits behind a thousand of them waits for one.
    /// </summary>
    public static readonly TimeSpan SafeFor = TimeSpan.FromMilliseconds(250);

    private readonly int _capacity;
    private readonly Queue<(PumpConnection Connection, MonoTime Since)> _pending = new();
    private readonly Dictionary<UInt128, int> _strangers = [];
    private int _count;

    public IncomingGate(int pumps) => _capacity = Math.Max(1, MaxPending / pumps);

    /// <summary>The connections that hold a place.</summary>
    public int Count => _count;

    /// <summary>The connections that are kept in mind, those counted that have left and wait to be dropped.</summary>
    public int Remembered => _pending.Count;

    /// <summary>Whether all places are taken.</summary>
    public bool IsFull => _count >= _capacity;

    /// <summary>When the oldest may be put out for another; Never where none is there.</summary>
    public MonoTime NextEviction
    {
        get
        {
            SkipSettled();
            return _pending.TryPeek(out (PumpConnection Connection, MonoTime Since) oldest) ? oldest.Since + SafeFor : MonoTime.Never;
        }
    }

    /// <summary>The connection that gives way, where one may.</summary>
    public PumpConnection? Evict(MonoTime now) => now >= NextEviction ? _pending.Peek().Connection : null;

    /// <summary>Whether a stranger may have one more.</summary>
    public bool Admits(IPEndPoint remote)
        => !Counts(remote) || _strangers.GetValueOrDefault(AddressRules.StrangerKey(remote.Address)) < MaxPendingPerStranger;

    /// <summary>Gives a place.</summary>
    public void Enter(PumpConnection connection, MonoTime now)
    {
        connection.IsPending = true;
        _count++;
        _pending.Enqueue((connection, now));
        if (Counts(connection.Remote))
        {
            UInt128 key = AddressRules.StrangerKey(connection.Remote.Address);
            _strangers[key] = _strangers.GetValueOrDefault(key) + 1;
        }
    }

    /// <summary>Takes the place back: the handshake is through, or the connection is gone.</summary>
    public void Leave(PumpConnection connection)
    {
        if (!connection.IsPending)
            return;
        connection.IsPending = false;
        _count--;
        if (Counts(connection.Remote))
        {
            UInt128 key = AddressRules.StrangerKey(connection.Remote.Address);
            if (--_strangers[key] == 0)
                _strangers.Remove(key);
        }

        SkipSettled();
        if (_pending.Count >= 2 * _capacity)
            DropSettled();
    }

    private static bool Counts(IPEndPoint remote) => AddressRules.Classify(remote.Address) is AddressScope.Global or AddressScope.Special;

    // A front that stays for its ten seconds would else keep thousands behind it that came and went. At least half of them go, so that each costs little.
    private void DropSettled()
    {
        for (int left = _pending.Count; left > 0; left--)
        {
            (PumpConnection Connection, MonoTime Since) entry = _pending.Dequeue();
            if (entry.Connection.IsPending)
                _pending.Enqueue(entry);
        }
    }

    private void SkipSettled()
    {
        while (_pending.TryPeek(out (PumpConnection Connection, MonoTime Since) oldest) && !oldest.Connection.IsPending)
            _pending.Dequeue();
    }
}
