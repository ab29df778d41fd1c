using Freshet.Core;

namespace Freshet.Engine.Torrents;

/// <summary>What peer exchange (BEP 11) knows of one connection.</summary>
internal sealed class ExchangeSeat
{
    // Mutable structs: not readonly.
    private MessageBudget _messages = MessageBudget.OfExchanges;
    private MessageBudget _addresses = MessageBudget.OfExchangedAddresses;

    /// <summary>Whether the peer wants to be told.</summary>
    public bool Wants { get; set; }

    /// <summary>Whether it waits in one of the queues.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether it has been told who was here, if anybody; from then on it is told what changes.</summary>
    public bool IsGreeted { get; set; }

    /// <summary>The change of <see cref="SwarmNews"/> up to which it knows.</summary>
    public long Told { get; set; }

    /// <summary>When it may be told more.</summary>
    public MonoTime Due { get; set; }

    /// <summary>Counts a message; false where it sends too many.</summary>
    public bool MayTell(MonoTime now) => _messages.TrySpend(1, now);

    /// <summary>Counts an address that it names; false where it has named too many.</summary>
    public bool MayName(MonoTime now) => _addresses.TrySpend(1, now);
}
