using System.Net;
using Freshet.Core;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Peers;

/// <summary>Sends wrong bytes in a share of its blocks, and drops a share of them.</summary>
public sealed class Poisoner(SimWorld world, SimNetwork network, IPAddress address, SimContent content, double wrong, double dropped = 0, SimLinkSettings? link = null)
    : ScriptedPeer(world, network, address, content, link)
{
    /// <inheritdoc/>
    protected override bool AnswersRequests => dropped == 0;

    /// <summary>Wrong blocks sent.</summary>
    public int WrongBlocks { get; private set; }

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range)
    {
        if (Random.Chance(dropped))
            return;
        if (!Random.Chance(wrong))
        {
            base.OnRequest(connection, range);
            return;
        }

        byte[] bytes = Content.Truth(range).ToArray();
        bytes[Random.Next(bytes.Length)] ^= 0x40;
        WrongBlocks++;
        SendBlock(connection, range, bytes);
    }
}

/// <summary>Serves honestly until a share of the torrent's bytes is out, then is gone.</summary>
public sealed class Leaver(SimWorld world, SimNetwork network, IPAddress address, SimContent content, double share, SimLinkSettings? link = null)
    : ScriptedPeer(world, network, address, content, link)
{
    private long _promised;

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range)
    {
        _promised += range.Length;
        if (_promised > share * Content.Layout.TotalLength)
        {
            Leave();
            return;
        }

        base.OnRequest(connection, range);
    }
}

/// <summary>Has everything, unchokes, and never answers a request.</summary>
public sealed class Staller(SimWorld world, SimNetwork network, IPAddress address, SimContent content)
    : ScriptedPeer(world, network, address, content)
{
    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <summary>Requests that were ignored.</summary>
    public int Ignored { get; private set; }

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range) => Ignored++;
}

/// <summary>Chokes and unchokes all the time, and forgets what was asked for when it chokes, as BEP 3 says.</summary>
public sealed class Flapper(SimWorld world, SimNetwork network, IPAddress address, SimContent content, TimeSpan every)
    : ScriptedPeer(world, network, address, content)
{
    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    private bool _choking;

    /// <inheritdoc/>
    protected override void OnInterested(ScriptedConnection connection)
    {
        base.OnInterested(connection);
        Flap(connection);
    }

    /// <inheritdoc/>
    protected override void OnRequest(ScriptedConnection connection, BlockRange range)
    {
        if (!_choking)
            base.OnRequest(connection, range);
    }

    private void Flap(ScriptedConnection connection) => World.After(every, () =>
    {
        if (connection.IsClosed)
            return;
        _choking = !_choking;
        connection.Send(_choking ? (byte)0 : (byte)1);
        Flap(connection);
    });
}

/// <summary>After its handshake it sends a length of nearly 4 GiB and drips bytes behind it.</summary>
public sealed class LengthDripper(SimWorld world, SimNetwork network, IPAddress address, SimContent content)
    : ScriptedPeer(world, network, address, content)
{
    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override void OnHandshake(ScriptedConnection connection)
    {
        connection.Raw([0xFF, 0xFF, 0xFF, 0xF0, 20]);
        Drip(connection);
    }

    private void Drip(ScriptedConnection connection) => World.After(TimeSpan.FromMilliseconds(100), () =>
    {
        if (connection.IsClosed)
            return;
        connection.Raw(new byte[16 * 1024]);
        Drip(connection);
    });
}

/// <summary>Sends random bytes in place of messages.</summary>
public sealed class Babbler(SimWorld world, SimNetwork network, IPAddress address, SimContent content)
    : ScriptedPeer(world, network, address, content)
{
    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override void OnHandshake(ScriptedConnection connection)
    {
        byte[] noise = new byte[1 + Random.Next(4096)];
        Random.NextBytes(noise);
        connection.Raw(noise);
    }
}

/// <summary>Repeats have for the same pieces without end.</summary>
public sealed class HaveFlooder(SimWorld world, SimNetwork network, IPAddress address, SimContent content)
    : ScriptedPeer(world, network, address, content)
{
    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override void OnHandshake(ScriptedConnection connection) => Flood(connection);

    private void Flood(ScriptedConnection connection) => World.After(TimeSpan.FromMilliseconds(10), () =>
    {
        if (connection.IsClosed)
            return;
        for (int i = 0; i < 200; i++)
            connection.Send(4, new PieceIndex(Random.Next(Content.Layout.PieceCount)));
        Flood(connection);
    });
}

/// <summary>Asks for blocks without end and reads nothing; has nothing itself.</summary>
public sealed class RequestFlooder(SimWorld world, SimNetwork network, IPAddress address, SimContent content)
    : ScriptedPeer(world, network, address, content)
{
    /// <inheritdoc/>
    protected override bool AnswersRequests => false;

    /// <inheritdoc/>
    protected override bool Reads => false;

    /// <inheritdoc/>
    protected override Bitfield Pieces() => new(Content.Layout.PieceCount);

    /// <inheritdoc/>
    protected override void OnHandshake(ScriptedConnection connection)
    {
        connection.Send(2);
        Flood(connection);
    }

    private void Flood(ScriptedConnection connection) => World.After(TimeSpan.FromMilliseconds(10), () =>
    {
        if (connection.IsClosed)
            return;
        Span<byte> payload = stackalloc byte[12];
        for (int i = 0; i < 100; i++)
        {
            payload.Clear();
            payload[3] = (byte)Random.Next(Math.Min(200, Content.Layout.PieceCount));
            payload[10] = 0x40;
            connection.Send(6, payload);
        }

        Flood(connection);
    });
}

/// <summary>Has only some of the pieces, and serves them honestly.</summary>
public sealed class PartialSeeder(SimWorld world, SimNetwork network, IPAddress address, SimContent content, Bitfield pieces, SimLinkSettings? link = null)
    : ScriptedPeer(world, network, address, content, link)
{
    /// <inheritdoc/>
    protected override Bitfield Pieces() => pieces.Clone();
}
