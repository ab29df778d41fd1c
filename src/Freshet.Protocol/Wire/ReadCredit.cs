using Freshet.Abstractions;

namespace Freshet.Protocol.Wire;

/// <summary>
/// What may still be read of a connection whose download is limited. Whoever limits it gives credit on demand, because credit that an idle connection
/// kept would be missing elsewhere, and read all at once later.
/// </summary>
internal sealed class ReadCredit(ConnectionId connection)
{
    // Credit was given, and its end was not told yet.
    private bool _isOut;

    /// <summary>The bytes that may be read.</summary>
    public int Left { get; private set; }

    /// <summary>Whether more was asked for and not given yet.</summary>
    public bool HasAsked { get; private set; }

    /// <summary>More may be read.</summary>
    public void Add(int bytes)
    {
        Left += bytes;
        _isOut |= bytes > 0;
        HasAsked = false;
    }

    /// <summary>Bytes were read.</summary>
    public void Use(int bytes) => Left = Math.Max(0, Left - bytes);

    /// <summary>The connection ends: what is left goes back. Who sends a byte and hangs up must not take with it what others could read.</summary>
    public void Close(IPeerEventSink sink)
    {
        if (_isOut)
            sink.Post(new PeerEvent(PeerEventKind.CreditLeft, connection) { Value = Left });
        _isOut = false;
        Left = 0;
    }

    /// <summary>A turn of reading is over: asks for more where there may be more to read, gives back what is left where there is not.</summary>
    public void EndTurn(bool hasMore, IPeerEventSink sink)
    {
        if (hasMore && Left > 0)
            return;
        if (hasMore && !HasAsked)
        {
            HasAsked = true;
            sink.Post(new PeerEvent(PeerEventKind.ReadWaiting, connection));
        }
        else if (!hasMore && _isOut)
        {
            sink.Post(new PeerEvent(PeerEventKind.CreditLeft, connection) { Value = Left });
            Left = 0;
        }

        _isOut = false;
    }
}
