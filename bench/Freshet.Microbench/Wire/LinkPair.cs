using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Microbench.Wire;

/// <summary>Two ends of one connection whose handshakes are through, with nothing between them.</summary>
internal sealed class LinkPair : ICachedReader, IDisposable
{
    /// <summary>The time, which does not matter here.</summary>
    public static readonly MonoTime Now = new(1_000_000_000);

    private static readonly byte[] Content = new byte[PieceLength];

    /// <summary>Pieces of 1 MiB.</summary>
    public const int PieceLength = 1 << 20;

    public LinkPair(int pieces)
    {
        Layout = SampleTorrents.Layout(pieces, PieceLength);
        var swarm = new InfoHash(new Sha1Hash(new byte[20]));
        var random = new SeededRandom(1);
        var here = new ConnectionSetup(new IPEndPoint(IPAddress.Loopback, 1), swarm, PeerId.Create(random), Layout);
        var there = new ConnectionSetup(new IPEndPoint(IPAddress.Loopback, 2), swarm, PeerId.Create(random), Layout);
        Ours = PeerLink.Outgoing(new ConnectionId(2), here, Pool, Now, this);
        Theirs = PeerLink.Outgoing(new ConnectionId(4), there, Pool, Now, this);
        Theirs.Feed(Sent(Ours), Events, Now);
        Ours.Feed(Sent(Theirs), Events, Now);
        Events.Clear();
        if (!Ours.IsReady)
            throw new InvalidOperationException("The handshakes did not go through.");
    }

    public PieceLayout Layout { get; }

    public BlockPool Pool { get; } = new(8 << 20);

    public PeerLink Ours { get; }

    public PeerLink Theirs { get; }

    public PeerEventBuffer Events { get; } = new();

    /// <summary>What a link has to send, which counts as sent.</summary>
    public byte[] Sent(PeerLink link)
    {
        link.Lay(Events);
        byte[] bytes = link.BeginSend().ToArray();
        link.EndSend(bytes.Length, Now);
        return bytes;
    }

    public void Dispose()
    {
        Ours.Close(DisconnectReason.Shutdown, Events);
        Theirs.Close(DisconnectReason.Shutdown, Events);
        Pool.Dispose();
    }

    int ICachedReader.ReadCached(TorrentId torrent, BlockRange run, Span<byte> target, int gap)
    {
        for (int done = 0, at = 0; done < run.Length; done += BlockRange.BlockLength, at += BlockRange.BlockLength + gap)
            Content.AsSpan(run.Offset + done, Math.Min(BlockRange.BlockLength, run.Length - done)).CopyTo(target[at..]);
        return run.Length;
    }
}
