using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Protocol.Wire;
using Freshet.Simulator.Disk;
using Freshet.Simulator.Network;
using Freshet.Simulator.World;

namespace Freshet.Simulator.Nodes;

/// <content>What the I/O side of a real session does: events in, turns of the loop, effects out.</content>
public sealed partial class SimNode
{
    ISimStreamReceiver? ISimHost.Accept(SimStream stream, IPEndPoint from, int port)
    {
        if (!IsAlive || port != ListenPort)
            return null;
        var id = new ConnectionId(_incoming);
        _incoming += 2;
        return Join(new SimConnection(this, PeerLink.Incoming(id, from, Pool, Now, this, Encryption), stream));
    }

    void ISimHost.Receive(Datagram datagram) => Run(() => _engine.Handle(datagram, Now));

    void IPeerEventSink.Post(in PeerEvent peerEvent)
    {
        if (_connections.TryGetValue(peerEvent.Connection, out SimConnection? connection))
            connection.Happened(peerEvent);
        _events.Enqueue(peerEvent);
    }

    void IEngineEffects.Send(in PeerCommand command) => _commands.Enqueue(command);

    void IEngineEffects.OpenStorage(StorageLocation location)
    {
        if (!_contents.ContainsKey(location.Torrent))
            _contents[location.Torrent] = _adding!;
        Disk.Open(location, _contents[location.Torrent].Metainfo);
    }

    void IEngineEffects.Submit(DiskJob job)
    {
        SimFiles files = Disk.FilesOf(_contents[job.Torrent].Metainfo);
        Disk.Submit(job, files, Pool, done => Run(() => _engine.Handle(done, Now)));
    }

    int ICachedReader.ReadCached(TorrentId torrent, BlockRange run, Span<byte> target, int gap)
        => _contents.TryGetValue(torrent, out SimContent? content) ? Disk.ReadCached(Disk.FilesOf(content.Metainfo), run, target, gap) : 0;

    void IEngineEffects.Fetch(HttpFetch fetch)
        => _swarm.Fetch(fetch, Address, result => Run(() => _engine.Handle(result, Now)));

    void IEngineEffects.Resolve(ResolveRequest request)
    {
        IPAddress? address = _swarm.Network.Resolve(request.Host);
        var result = new ResolveResult(request.Id, address is null ? [] : [address], address is null ? "no such host" : null);
        _swarm.World.After(TimeSpan.FromMilliseconds(20), () => Run(() => _engine.Handle(result, Now)));
    }

    void IEngineEffects.SendDatagram(in Datagram datagram) => _swarm.Network.Send(Endpoint, datagram);

    void IEngineEffects.Save(ResumeRecord record, long ticket)
        => Store.Save(record, () => IsAlive, error => Run(() => _engine.HandleSaved(ticket, error, Now)));

    void IEngineEffects.PieceDone(TorrentId torrent, PieceIndex piece) => Checks.PieceDone(torrent, piece);

    void IEngineEffects.Publish(EngineNotice notice)
    {
        Notices.Add(notice);
        _swarm.World.Trace.Add(Now, $"{Address} {notice}");
        Checks.Notice(notice);
        if (notice is DhtNodesNotice nodes)
            Store.Nodes = nodes.Nodes;
        Action? answer = notice switch
        {
            TorrentNeededNotice needed => () => Wake(needed.Torrent),
            MetadataFetchedNotice fetched => () => Resolve(fetched.Torrent, fetched.Info),
            GoalReachedNotice { Action: GoalAction.Remove } goal => () => _engine.RemoveTorrent(goal.Torrent, Now),
            _ => null,
        };
        if (answer is not null)
            _swarm.World.After(Store.Latency, () => Run(answer));
    }

    private void Wake(TorrentId id)
    {
        if (_contents.TryGetValue(id, out SimContent? content))
            _engine.Wake(id, content.Metainfo, Store.Load(content.Metainfo.Hashes), Now);
    }

    private void Resolve(TorrentId id, ReadOnlyMemory<byte> info)
    {
        if (!_contents.TryGetValue(id, out SimContent? content))
            return;
        if (!info.Span.SequenceEqual(content.Metainfo.InfoBytes.Span))
            throw new SimulationException(_swarm.World, $"{Address} took wrong metadata for that of the torrent");
        _engine.Resolve(id, new ResolvedTorrent(content.Fetched, Store.Load(content.Metainfo.Hashes)), Now);
    }

    /// <summary>The connection has something to send or to say; outside of a turn of the loop one is asked for.</summary>
    internal void Touch(SimConnection connection)
    {
        Mark(connection);
        if (_running || _turnIsAsked)
            return;
        _turnIsAsked = true;
        _swarm.World.After(TimeSpan.Zero, () =>
        {
            _turnIsAsked = false;
            Run(static () => { });
        });
    }

    internal void CountClosed() => _closed++;

    private void Mark(SimConnection connection)
    {
        if (connection.IsTouched)
            return;
        connection.IsTouched = true;
        _touched.Add(connection);
    }

    private SimConnection Join(SimConnection connection)
    {
        _connections[connection.Id] = connection;
        _ordered.Add(connection);
        Touch(connection);
        return connection;
    }

    /// <summary>One iteration of the loop: something happens, the engine handles all of it, effects are carried out, what waits is sent.</summary>
    private void Run(Action action)
    {
        if (!IsAlive)
            return;
        if (_running)
        {
            _swarm.World.After(TimeSpan.Zero, () => Run(action));
            return;
        }

        _running = true;
        Turns++;
        action();
        do
        {
            while (_events.TryDequeue(out PeerEvent peerEvent))
                _engine.Handle(peerEvent, Now);
            _engine.Advance(Now);
            while (_commands.TryDequeue(out PeerCommand command))
                Carry(command);
            ResumeStarved();

            // Flushing touches no other connection, and a list that grew meanwhile is no harm.
            for (int i = 0; i < _touched.Count; i++)
            {
                _touched[i].IsTouched = false;
                _touched[i].Flush();
                List(_touched[i]);
            }

            _touched.Clear();
        }
        while (_events.Count > 0 || _commands.Count > 0);
        ForgetClosed();
        _running = false;
        Checks.Step();
        Sleep();
    }

    /// <summary>Those that wait for memory go on. Whoever began to wait was touched in this turn.</summary>
    private void ResumeStarved()
    {
        foreach (SimConnection connection in _touched)
        {
            if (connection.IsListedStarved || !connection.IsStarved)
                continue;
            connection.IsListedStarved = true;
            _starved.Add(connection);
        }

        if (_starved.Count == 0)
            return;
        foreach (SimConnection connection in _starved)
        {
            if (!connection.IsStarved)
                continue;
            if (Pool.FreeBlocks > 0)
                connection.Resume();
            Mark(connection);
        }

        _starved.RemoveAll(static connection => !(connection.IsListedStarved = connection.IsStarved && !connection.IsClosed));
    }

    private void ForgetClosed()
    {
        if (_closed == 0)
            return;
        _closed = 0;
        foreach (SimConnection connection in _ordered)
        {
            if (connection.IsClosed)
                _connections.Remove(connection.Id);
        }

        _ordered.RemoveAll(static connection => connection.IsClosed);
    }

    private void Carry(PeerCommand command)
    {
        if (command.Kind == PeerCommandKind.Connect)
        {
            Connect(command.Connection, (ConnectionSetup)command.Payload!);
            return;
        }

        if (!_connections.TryGetValue(command.Connection, out SimConnection? connection) || connection.IsClosed)
        {
            // The connection closed while the command was on its way; its lease is still ours to return.
            Pool.Return(command.Lease);
            return;
        }

        connection.Apply(command);
        Mark(connection);
    }

    private void Connect(ConnectionId id, ConnectionSetup setup)
        => _swarm.Network.Connect(
            Address,
            setup.Endpoint,
            stream => IsAlive ? Join(new SimConnection(this, PeerLink.Outgoing(id, setup, Pool, Now, this, Encryption), stream)) : null,
            refused => Run(() => _events.Enqueue(new PeerEvent(PeerEventKind.Closed, id)
            {
                Reason = refused ? DisconnectReason.ConnectFailed : DisconnectReason.ConnectTimeout,
            })));

    /// <summary>Lists a connection under its deadline, where that came nearer; one that moved away is found out when it is due.</summary>
    private void List(SimConnection connection)
    {
        if (connection.IsClosed || connection.Deadline >= connection.ListedDeadline)
            return;
        connection.ListedDeadline = connection.Deadline;
        _deadlines.Enqueue(connection, connection.Deadline.Nanoseconds);
    }

    private MonoTime NextOfConnections()
    {
        while (_deadlines.TryPeek(out SimConnection? connection, out long listed))
        {
            if (!connection.IsClosed && listed == connection.ListedDeadline.Nanoseconds && connection.Deadline == connection.ListedDeadline)
                return connection.Deadline;
            _deadlines.Dequeue();
            if (listed != connection.ListedDeadline.Nanoseconds)
                continue;
            connection.ListedDeadline = MonoTime.Never;
            List(connection);
        }

        return MonoTime.Never;
    }

    private void Sleep()
    {
        MonoTime next = MonoTime.Min(_engine.NextDeadline, NextOfConnections());
        if (next.IsNever)
            return;

        // A wake-up that is asked for again and again at the same moment must still let time pass.
        next = MonoTime.Max(next, Now + TimeSpan.FromMicroseconds(10));
        if (!_wake.IsNever && _wake > Now && _wake <= next)
            return;
        _wake = next;
        _swarm.World.At(next, () =>
        {
            if (_wake == Now)
                _wake = MonoTime.Never;
            Run(() =>
            {
                while (NextOfConnections() <= Now)
                {
                    SimConnection connection = _deadlines.Dequeue();
                    connection.ListedDeadline = MonoTime.Never;
                    connection.Advance();
                    Mark(connection);
                }
            });
        });
    }
}
