using System.Net.Sockets;
using Freshet.Core;
using Freshet.IO.Loop;
using Freshet.Protocol.Wire;

namespace Freshet.IO.Pumps;

/// <summary>Who of a pump's connections has something to send, and the sending: batches of blocks, laid when the socket takes bytes and not before.</summary>
internal sealed class PumpSender(MonoClock clock)
{
    /// <summary>
    /// Bytes that peers have not taken, all connections together, above which less is laid for each: thousands of peers that ask and never read must not take
    /// the memory of the others (THREATS W2).
    /// </summary>
    private const int MuchHeld = 16 * 1024 * 1024;

    /// <summary>What is laid for a connection then: three blocks.</summary>
    private const int SmallBatch = 3 * (13 + BlockRange.BlockLength);

    private List<PumpConnection> _marked = [];
    private List<PumpConnection> _turn = [];

    /// <summary>Bytes that links hold back because their sockets are full.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Whether connections are marked.</summary>
    public bool HasWork => _marked.Count > 0;

    /// <summary>Notes that there is something to send for a connection.</summary>
    public void Mark(PumpConnection connection)
    {
        if (connection.IsDirty)
            return;
        connection.IsDirty = true;
        _marked.Add(connection);
    }

    /// <summary>Those that were marked, until the next call; who is marked from now on is for that one.</summary>
    public List<PumpConnection> TakeTurn()
    {
        _turn.Clear();
        (_turn, _marked) = (_marked, _turn);
        foreach (PumpConnection connection in _turn)
            connection.IsDirty = false;
        return _turn;
    }

    /// <summary>Sends until nothing waits or the socket is full.</summary>
    /// <returns>Success, or what is wrong with the connection.</returns>
    public SocketError Send(PumpConnection connection, IPeerEventSink events)
    {
        if (connection.Link is not { } link)
            return SocketError.Success;
        SocketError error = SocketError.Success;
        while (connection.Socket.IsWritable && link.Lay(events, HeldBytes > MuchHeld ? SmallBatch : WireLimits.SendBatch))
        {
            int sent = connection.Socket.Send(link.BeginSend().Span, out error);
            link.EndSend(sent, clock.Now);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
                break;
            error = SocketError.Success;
        }

        NoteHeld(connection, link.OutputLength);
        return error;
    }

    /// <summary>The connection is closed.</summary>
    public void Forget(PumpConnection connection) => NoteHeld(connection, 0);

    private void NoteHeld(PumpConnection connection, int bytes)
    {
        HeldBytes += bytes - connection.Held;
        connection.Held = bytes;
    }
}
