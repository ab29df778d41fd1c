using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;
using Freshet.Simulator.Checks;
using Freshet.Simulator.Network;

namespace Freshet.Simulator.Nodes;

/// <summary>What a pump is for a real connection: feeds a <see cref="PeerLink"/> from a simulated stream and sends what it has to say.</summary>
internal sealed class SimConnection(SimNode node, PeerLink link, SimStream stream) : ISimStreamReceiver
{
    private readonly UploadCheck _check = new(node.World, $"{node.Address} {link.Id}");

    public ConnectionId Id => link.Id;

    public MonoTime Deadline => link.Deadline;

    public bool IsStarved => link.IsStarved;

    public bool IsClosed { get; private set; }

    /// <summary>Whether the node knows that it waits for memory.</summary>
    public bool IsListedStarved { get; set; }

    /// <summary>The deadline that the node has it listed under.</summary>
    public MonoTime ListedDeadline { get; set; } = MonoTime.Never;

    /// <summary>Whether the node will look at it at the end of its turn.</summary>
    public bool IsTouched { get; set; }

    public int Receive(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed)
            return bytes.Length;
        int taken = link.WantsInput ? Math.Min(bytes.Length, link.MayRead) : 0;

        // The link may decrypt them in place; the wire keeps what it has.
        link.Feed(bytes[..taken].ToArray(), node, node.Now);
        if (taken > 0 || link.WantsCredit)
            node.Touch(this);
        return taken;
    }

    /// <summary>The link has told of something.</summary>
    public void Happened(in PeerEvent happened) => _check.Happened(happened);

    public void Drained() => node.Touch(this);

    public void Closed()
    {
        if (IsClosed)
            return;
        Close(DisconnectReason.ClosedByPeer);
        node.Touch(this);
    }

    public void Apply(in PeerCommand command) => link.Apply(command, node, node.Now);

    public void Resume() => link.Resume(node, node.Now);

    public void Advance() => link.Advance(node.Now);

    /// <summary>Sends what waits, as far as the stream takes it; ends the connection where the link says so.</summary>
    public void Flush()
    {
        if (IsClosed)
            return;
        while (stream.Room > 0 && link.Lay(node))
        {
            ReadOnlyMemory<byte> bytes = link.BeginSend();
            int count = Math.Min(bytes.Length, stream.Room);

            // What is encrypted cannot be looked into.
            if (!link.IsEncrypted)
                _check.Sent(bytes.Span[..count]);
            stream.Send(bytes.Span[..count]);
            link.EndSend(count, node.Now);
        }

        link.ReportSent(node);
        link.EndTurn(stream.HasUnread, node);
        if (link.Ending != DisconnectReason.None)
            Close(link.Ending);
        else if (link.WantsInput)
            stream.ReadMore();
    }

    public void Close(DisconnectReason reason)
    {
        if (IsClosed)
            return;
        IsClosed = true;
        node.CountClosed();
        stream.Close();
        link.Close(reason, node);
    }

    public override string ToString() => $"{link.Id} {(IPEndPoint)stream.Remote}";
}
