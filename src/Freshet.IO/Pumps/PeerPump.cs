using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.IO.Pumps;

/// <summary>
/// Moves the bytes of many connections between their sockets and their links, on one thread. An iteration is <see cref="Execute"/> for each command,
/// <see cref="Flush"/>, <see cref="Poll"/>, and whoever owns the pump takes <see cref="Events"/>. Holds one receive buffer for all connections and decides
/// nothing but fairness: what is right is the link's to say, what is wanted the engine's.
/// </summary>
internal sealed class PeerPump : IDisposable
{
    /// <summary>
    /// The receive buffer: a call costs as much as copying some 30 KiB, so that from here on more saves nothing, and two of these still fit the second-level
    /// cache.
    /// </summary>
    private const int ScratchLength = 256 * 1024;

    /// <summary>
    /// Receives of one connection before the others get their turn. A socket that is emptied keeps its window open; of fifty fast peers, one receive a turn
    /// took 0.38 CPU-s/GiB, mostly in the kernel, and four take 0.16, as little as a plain loop in C.
    /// </summary>
    private const int MaxReceivesInTurn = 4;

    /// <summary>
    /// What is received in one iteration: some milliseconds of work, after which the engine's answers go out. Connections that did not get their turn are
    /// the first of the next.
    /// </summary>
    private const int MaxReceivedAtOnce = 4 * 1024 * 1024;

    private readonly PumpOptions _options;
    private readonly ISocketPoller _poller;
    private readonly PumpDatagrams _datagrams;
    private readonly PumpDialler _dialler;
    private readonly IncomingGate _gate;
    private readonly Doorkeeper _doors;
    private readonly Action<PumpConnection> _giveWay;
    private readonly Action<PeerSocket, IPEndPoint, MonoTime> _welcome;
    private readonly PumpSender _sender;
    private readonly GatheredReads _gathered = new();
    private readonly Dictionary<ConnectionId, PumpConnection> _connections = [];
    private readonly List<PeerSocket> _ready = [];
    private readonly ConnectionDeadlines _deadlines = new();
    private readonly List<PumpConnection> _due = [];
    private readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(ScratchLength, pinned: true);
    private List<PumpConnection> _active = [];
    private List<PumpConnection> _nextActive = [];
    private long _accepted;
    private bool _hasBacklog;
    private bool _isStarved;

    public PeerPump(PumpOptions options, ISocketPoller poller)
    {
        _options = options;
        _poller = poller;
        _datagrams = new PumpDatagrams(options, poller);
        _dialler = new PumpDialler(poller, _datagrams.Utp, options.Bind);
        _gate = new IncomingGate(options.Pumps);
        _doors = new Doorkeeper(options, poller, _datagrams.Utp, _gate);
        _giveWay = oldest => Close(oldest, DisconnectReason.Limit);
        _welcome = Welcome;
        _sender = new PumpSender(options.Clock);
        foreach (Socket listener in options.Listeners)
            poller.AddListener(listener);
    }

    /// <summary>What happened and was not taken yet; whoever takes it clears it.</summary>
    public PeerEventBuffer Events { get; set; } = new();

    /// <summary>The session's clock.</summary>
    public Loop.MonoClock Clock => _options.Clock;

    /// <summary>The connections, those being opened counted.</summary>
    public int Count => _connections.Count;

    /// <summary>Bytes that links hold back because their sockets are full.</summary>
    public long HeldBytes => _sender.HeldBytes;

    /// <summary>Whether a link waits for blocks to come back to the pool.</summary>
    public bool IsStarved => Volatile.Read(ref _isStarved);

    /// <summary>Whether datagrams came for the engine that it was not told of; whoever tells it clears this.</summary>
    public bool HasMail
    {
        get => _datagrams.HasMail;
        set => _datagrams.HasMail = value;
    }

    /// <summary>Ends a <see cref="Poll"/>, or the next one. From any thread.</summary>
    public void Wake() => _poller.Wake();

    /// <summary>Carries out a command; messages wait for <see cref="Flush"/>. A command for a connection that is gone does nothing.</summary>
    public void Execute(in PeerCommand command)
    {
        if (command.Kind == PeerCommandKind.Connect)
        {
            Connect(command.Connection, (ConnectionSetup)command.Payload!);
            return;
        }

        if (!_connections.TryGetValue(command.Connection, out PumpConnection? connection))
        {
            _options.Pool.Return(command.Lease);
            return;
        }

        if (connection.Link is not { } link)
        {
            // All that can be said to a connection that is not open yet.
            if (command.Kind == PeerCommandKind.Close)
                Close(connection, command.Reason);
            return;
        }

        link.Apply(command, Events, _options.Clock.Now);
        AfterInput(connection);
        if (command.Kind != PeerCommandKind.ReadCredit)
            return;

        // Also where there is nothing to read: then the credit goes back.
        Activate(connection);
        _hasBacklog = true;
    }

    /// <summary>Sends what waits, with one call a connection where the socket takes it all.</summary>
    public void Flush()
    {
        foreach (PumpConnection connection in _sender.TakeTurn())
        {
            if (!connection.IsClosed)
                Send(connection);
        }

        _datagrams.Flush();
    }

    /// <summary>Waits until something is ready, then reads, accepts and sends, each connection and each iteration within bounds.</summary>
    /// <param name="deadline">How long to wait; not at all where something is left from before.</param>
    /// <param name="mayRead">Whether the engine can take more events of peers; otherwise their bytes stay in the sockets.</param>
    public void Poll(MonoTime deadline, bool mayRead)
    {
        MonoTime now = _options.Clock.Now;
        bool wait = Events.Count == 0 && !_sender.HasWork && !(_hasBacklog && mayRead) && !(_isStarved && _options.Pool.FreeBlocks > 0)
            && !_datagrams.HasTurn;
        MonoTime until = wait ? MonoTime.Min(deadline, NextDeadline) : now;
        TimeSpan timeout = until.IsNever ? Timeout.InfiniteTimeSpan : until <= now ? TimeSpan.Zero : until - now;
        _ready.Clear();
        _poller.Wait(timeout, _ready);
        now = _options.Clock.Now;
        _datagrams.Receive(now, _ready);
        foreach (PeerSocket socket in _ready)
        {
            if (socket.Owner is { IsClosed: false } connection)
                Note(connection, now);
        }

        ReadActive(mayRead, now);
        _gathered.LookAtSilent(now);
        _doors.Open(now, _giveWay, _welcome);
        AdvanceDue(now);
        _datagrams.Flush();
    }

    /// <summary>Closes every connection; what waits to be sent has one chance to go out.</summary>
    public void CloseAll(DisconnectReason reason)
    {
        foreach (PumpConnection connection in _connections.Values.ToArray())
        {
            _sender.Send(connection, Events);
            Close(connection, reason);
        }
    }

    /// <summary>Gives back the blocks of events that nobody will take.</summary>
    public void DropEvents()
    {
        foreach (ref readonly PeerEvent peerEvent in Events.Events)
            _options.Pool.Return(peerEvent.Lease);
        Events.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseAll(DisconnectReason.Shutdown);
        _datagrams.SayFarewell(_poller, _ready);
        _poller.Dispose();
    }

    private MonoTime NextDeadline
    {
        get
        {
            MonoTime next = MonoTime.Min(MonoTime.Min(_deadlines.Next, _gathered.NextLook), _doors.Again);
            return MonoTime.Min(next, _datagrams.NextDeadline);
        }
    }

    private void Connect(ConnectionId id, ConnectionSetup setup)
    {
        if (!_options.Budget.TryTake())
        {
            Events.Post(new PeerEvent(PeerEventKind.Closed, id) { Reason = DisconnectReason.Limit });
            return;
        }

        MonoTime now = _options.Clock.Now;
        var connection = new PumpConnection(id, new Dial(setup, now, _options.ConnectTimeout));
        _connections.Add(id, connection);
        FinishConnect(connection, now);
    }

    private void Note(PumpConnection connection, MonoTime now)
    {
        if (connection.Link is null && !FinishConnect(connection, now))
            return;
        if (connection.Socket.IsReadable)
            Activate(connection);
        if (connection.Socket.IsWritable && connection.Link!.HasOutput)
            _sender.Mark(connection);
    }

    private bool FinishConnect(PumpConnection connection, MonoTime now)
    {
        Dial dial = connection.Dial;
        if (dial.Advance(_dialler, connection, now) is { } socket)
        {
            connection.Socket = socket;
            connection.Link = PeerLink.Outgoing(connection.Id, dial.Setup, _options.Pool, now, _options.Reader, _options.Encryption, socket.Transport);
            _sender.Mark(connection);
        }
        else if (!dial.IsAlive)
        {
            Close(connection, dial.Failure);
            return false;
        }

        _deadlines.Note(connection);
        return connection.Link is not null;
    }

    private void Activate(PumpConnection connection)
    {
        if (connection.IsActive)
            return;
        connection.IsActive = true;
        _active.Add(connection);
    }

    private void ReadActive(bool mayRead, MonoTime now)
    {
        _hasBacklog = false;
        bool starved = false;
        int left = MaxReceivedAtOnce;
        int turn = 0;
        (_active, _nextActive) = (_nextActive, _active);
        for (; turn < _nextActive.Count && left > 0; turn++)
        {
            PumpConnection connection = _nextActive[turn];
            connection.IsActive = false;
            if (connection.IsClosed)
                continue;
            PeerLink link = connection.Link!;
            if (link.IsStarved && _options.Pool.FreeBlocks > 0)
            {
                link.Resume(Events, now);
                AfterInput(connection);
            }

            int received = 0;
            for (int i = 0; i < MaxReceivesInTurn && CanReceive(connection, mayRead); i++)
                received += Receive(connection, link, now);
            left -= received;
            if (connection.IsClosed)
                continue;
            _gathered.NoteRead(connection, received, link.RequestsOut, now);
            link.EndTurn(connection.Socket.IsReadable, Events);
            starved |= link.IsStarved;
            if (connection.HasTurn || link.IsStarved)
                Activate(connection);
            _hasBacklog |= connection.HasTurn;
        }

        if (turn < _nextActive.Count)
        {
            _active.InsertRange(0, CollectionsMarshal.AsSpan(_nextActive)[turn..]);
            _hasBacklog = true;
            starved |= _isStarved;
        }

        _nextActive.Clear();
        Volatile.Write(ref _isStarved, starved);
    }

    private static bool CanReceive(PumpConnection connection, bool mayRead)
        => mayRead && !connection.IsClosed && connection.Socket.IsReadable && connection.Link!.WantsInput;

    private int Receive(PumpConnection connection, PeerLink link, MonoTime now)
    {
        // What no block is free for, the link would have to keep elsewhere.
        int room = (int)Math.Clamp((long)_options.Pool.FreeBlocks * BlockRange.BlockLength, BlockRange.BlockLength, ScratchLength);
        room = Math.Min(room, link.MayRead);
        if (connection.Socket.Peek() is { IsEmpty: false } there)
        {
            Span<byte> bytes = there[..Math.Min(room, there.Length)];
            link.Feed(bytes, Events, now);
            connection.Socket.Skip(bytes.Length);
            AfterInput(connection);
            return bytes.Length;
        }

        int received = connection.Socket.Receive(_scratch.AsSpan(0, room), out SocketError error);
        if (received > 0)
        {
            link.Feed(_scratch.AsSpan(0, received), Events, now);
            AfterInput(connection);
        }
        else if (error != SocketError.WouldBlock)
        {
            Close(connection, SocketReasons.OfTransfer(error));
        }

        return received;
    }

    /// <summary>What every call of a link may have led to.</summary>
    private void AfterInput(PumpConnection connection)
    {
        PeerLink link = connection.Link!;
        if (connection.IsPending && link.IsReady)
            _gate.Leave(connection);
        _deadlines.Note(connection);
        if (link.HasOutput || link.Ending != DisconnectReason.None)
            _sender.Mark(connection);
        if (link.IsStarved || connection.HasTurn)
            Activate(connection);

        // A socket that was left alone while the link could not read says nothing again of what it has had all along.
        _hasBacklog |= connection.HasTurn;
    }

    private void Send(PumpConnection connection)
    {
        PeerLink? link = connection.Link;
        if (link is null)
            return;
        SocketError error = _sender.Send(connection, Events);
        if (error != SocketError.Success)
            Close(connection, SocketReasons.OfTransfer(error));
        else if (link.Ending != DisconnectReason.None)
            Close(connection, link.Ending);
        else
            AfterSend(connection, link);
    }

    private void AfterSend(PumpConnection connection, PeerLink link)
    {
        link.ReportSent(Events);
        if (!connection.HasTurn)
            return;
        Activate(connection);
        _hasBacklog = true;
    }

    private void Welcome(PeerSocket socket, IPEndPoint remote, MonoTime now)
    {
        long number = (_accepted++ * _options.Pumps) + _options.Index;
        var connection = new PumpConnection(new ConnectionId((number << 1) | 1), socket, remote);
        connection.Link = PeerLink.Incoming(connection.Id, remote, _options.Pool, now, _options.Reader, _options.Encryption, socket.Transport);
        _connections.Add(connection.Id, connection);
        _deadlines.Note(connection);
        _gate.Enter(connection, now);
        if (!socket.IsReadable)
            return;

        // A stream of uTP begins with its first bytes, and nobody will tell of them again.
        Activate(connection);
        _hasBacklog = true;
    }

    private void AdvanceDue(MonoTime now)
    {
        _deadlines.Take(now, _due);
        foreach (PumpConnection connection in _due)
        {
            if (connection.Link is { } link)
            {
                link.Advance(now);
                AfterInput(connection);
            }
            else
            {
                FinishConnect(connection, now);
            }
        }

        _due.Clear();
        _deadlines.Tidy(_connections.Values);
    }

    private void Close(PumpConnection connection, DisconnectReason reason)
    {
        connection.IsClosed = true;
        _sender.Forget(connection);
        _gathered.Forget(connection);
        _connections.Remove(connection.Id);
        _gate.Leave(connection);
        _options.Budget.Return();
        if (connection.Link is { } link)
        {
            connection.Socket.Close();
            link.Close(reason, Events);
        }
        else
        {
            connection.Dial.GiveUp(reason);
            Events.Post(new PeerEvent(PeerEventKind.Closed, connection.Id) { Reason = reason });
        }
    }
}
