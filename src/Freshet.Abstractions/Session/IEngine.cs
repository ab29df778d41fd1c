using Freshet.Core;

namespace Freshet.Abstractions;

/// <summary>
/// The engine as the I/O side sees it: things that happened go in, with the time; effects come out through <see cref="IEngineEffects"/> while a call runs.
/// Single-threaded: one loop makes all calls. No call blocks, and no effect calls back into the engine.
/// </summary>
public interface IEngine
{
    /// <summary>When <see cref="Advance"/> wants to be called, at the latest; may be in the past.</summary>
    MonoTime NextDeadline { get; }

    /// <summary>Something happened on a connection. A lease in it is the engine's from here on.</summary>
    void Handle(in PeerEvent peerEvent, MonoTime now);

    /// <summary>A disk or hash job is done; the job is the engine's again.</summary>
    void Handle(DiskJob job, MonoTime now);

    /// <summary>An HTTP exchange ended.</summary>
    void Handle(HttpFetchResult result, MonoTime now);

    /// <summary>A name was looked up.</summary>
    void Handle(ResolveResult result, MonoTime now);

    /// <summary>A datagram came in. Its bytes are valid during the call only.</summary>
    void Handle(in Datagram datagram, MonoTime now);

    /// <summary>A datagram came in at a group of local discovery (BEP 14). Its bytes are valid during the call only. By default nobody listens.</summary>
    void HandleLocal(in Datagram datagram, MonoTime now)
    {
        // Who takes no part hears nothing.
    }

    /// <summary>The state store has kept (or failed to keep) every record handed out up to this ticket.</summary>
    void HandleSaved(long ticket, string? error, MonoTime now);

    /// <summary>Time has passed: do what is due. Called after each batch of events, and at <see cref="NextDeadline"/>.</summary>
    void Advance(MonoTime now);
}

/// <summary>
/// What the engine wants done. Calls only queue: nothing is carried out, and no event is delivered, before the engine's own call returns.
/// </summary>
public interface IEngineEffects
{
    /// <summary>Do something with a connection.</summary>
    void Send(in PeerCommand command);

    /// <summary>Say where a torrent's data is, before its first job.</summary>
    void OpenStorage(StorageLocation location);

    /// <summary>Do something with the data of a torrent.</summary>
    void Submit(DiskJob job);

    /// <summary>Perform one HTTP exchange.</summary>
    void Fetch(HttpFetch fetch);

    /// <summary>Look a name up.</summary>
    void Resolve(ResolveRequest request);

    /// <summary>Send a datagram; its bytes are copied during the call.</summary>
    void SendDatagram(in Datagram datagram);

    /// <summary>Keep a record; <see cref="IEngine.HandleSaved"/> with this ticket, or a later one, says that it is kept. Tickets grow.</summary>
    void Save(ResumeRecord record, long ticket);

    /// <summary>Have records that wait kept now, not at the store's next turn: somebody waits for them. By default nothing is hurried.</summary>
    void HurryState()
    {
        // A world without waiting has nothing to hurry.
    }

    /// <summary>Tell the outside: logs, events, metrics.</summary>
    void Publish(EngineNotice notice);

    /// <summary>Tell the outside that a piece is right and written (<see cref="IEngineListener.PieceDone"/>).</summary>
    void PieceDone(TorrentId torrent, PieceIndex piece);
}
