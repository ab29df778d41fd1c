using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;
using Freshet.Engine.Torrents;

namespace Freshet.Engine.Reuse;

/// <summary>
/// Takes files that other torrents of the session have from their data, and gives ours to them, as <c>docs/same-file.md</c> says. A piece that another torrent has is
/// copied; one that it fetches is waited for; no peer is asked for either. What is copied is proved like what a stranger sent.
/// </summary>
internal sealed class FileSharing
{
    private readonly SessionContext _session;
    private readonly SharedFiles _files;
    private readonly CopyQueue _copies;

    // Files of others that are taken from us.
    private readonly List<SharedFile> _given = [];
    private readonly Deadline _watch;
    private bool _isListed;
    private bool _triesAgain;

    public FileSharing(Torrent torrent, SessionContext session)
    {
        Torrent = torrent;
        _session = session;
        _files = new SharedFiles(this);
        _copies = new CopyQueue(torrent, session, _files);
        _watch = new Deadline(session.Deadlines, Watch);
    }

    public Torrent Torrent { get; }

    /// <summary>Whether pieces come to this torrent from its peers.</summary>
    public bool IsFetching => Torrent.IsAwake && Torrent.IsFetching && Torrent.Lifecycle.Health.Trouble is null;

    /// <summary>Whether another torrent takes files of this one: it must not fall asleep.</summary>
    public bool IsGiving => _given.Count > 0;

    private ReuseScope Scope => Torrent.Spec.Reuse ?? _session.Settings.Reuse.Scope;

    /// <summary>The torrent knows what it has: finds out whom it can take from, and who can take from it.</summary>
    public void Opened()
    {
        if (Scope == ReuseScope.Off)
            return;
        if (!_isListed)
            _session.Catalog.Add(Torrent);
        _isListed = true;
        if (!Torrent.Picker.IsComplete)
            WakeRelatives();
        foreach (FileEntry file in _session.Catalog.FilesOf(Torrent.Layout))
        {
            foreach (FilePlace place in _session.Catalog.Find(Torrent, file))
            {
                if (!place.Torrent.IsAwake)
                    continue;
                FileSharing other = place.Torrent.Sharing;
                Take(file, other, place.File);
                other.Take(place.File, this, file);
            }
        }
    }

    /// <summary>Other files are wanted than before.</summary>
    public void WantedChanged()
    {
        if (!_isListed)
            return;
        Opened();
        foreach (SharedFile shared in _files.All)
            NoticeAll(shared);
    }

    /// <summary>The run ends: nothing more is taken. Others may go on taking what is there.</summary>
    public void Closed(MonoTime now)
    {
        foreach (SharedFile shared in _files.All.ToArray())
            End(shared);
        _copies.Clear();
        _watch.Clear();
        foreach (SharedFile given in _given.ToArray())
            given.Taker.Watch(now);
    }

    /// <summary>The torrent is forgotten or falls asleep.</summary>
    public void Gone(MonoTime now)
    {
        if (_isListed)
            _session.Catalog.Remove(Torrent);
        _isListed = false;
        Closed(now);
        foreach (SharedFile given in _given.ToArray())
            given.Taker.Lose(given, now);
    }

    /// <summary>A peer was asked for the first block of a piece: nobody else fetches it besides.</summary>
    public void Begun(PieceIndex piece)
    {
        foreach (SharedFile given in _given)
            given.Taker.GiverBegan(given, piece);
    }

    /// <summary>A piece is here: whoever needs it takes it, and what it was made of is proved.</summary>
    public void PieceWritten(PieceIndex piece)
    {
        if (!_files.IsEmpty)
            Prove(piece);
        for (int i = _given.Count - 1; i >= 0; i--)
            _given[i].Taker.GiverHas(_given[i], piece);
    }

    /// <summary>A piece was wrong, or was lost before it was whole.</summary>
    public void PieceFailed(PieceIndex piece, bool isWrong, MonoTime now)
    {
        if (!_copies.Forget(piece))
            return;
        foreach (SharedFile shared in _files.Of(piece).ToArray())
        {
            shared.IsTrying = false;
            shared.Wrong += isWrong ? 1 : 0;
            if (shared.Wrong >= (shared.IsTrusted ? _session.Settings.Reuse.MaxWrong : 1))
                Lose(shared, now);
        }
    }

    /// <summary>Blocks were copied, or could not be.</summary>
    public void Copied(BlocksCopied copied, MonoTime now)
    {
        _copies.Done(copied);
        SharedFile[] from = [.. _files.All.Where(shared => copied.Sources.Contains(shared.Copy))];
        foreach (SharedFile shared in from)
        {
            shared.IsTrying &= copied.Error is null;
            if (copied.Error is null)
                shared.Bytes = Math.Min(shared.File.Length, shared.Bytes + (copied.Range.Length / from.Length));
            else if (copied.IsSourceAtFault && copied.Error.Kind != DiskErrorKind.Handles)
                Lose(shared, now);
        }

        if (copied.Error is not { } error)
            return;
        if (!copied.IsSourceAtFault)
            _session.Effects.Publish(new DiskNotice(Torrent.Id, error, WillRetry: true));
        _triesAgain = true;
        _watch.SetNoLaterThan(now + _session.Settings.Reuse.Patience);
    }

    /// <summary>Begins copies, once a batch of events.</summary>
    public void EndIteration(MonoTime now)
    {
        _copies.Advance(now);
        if (Torrent.Picker.HeldCount > 0)
            _watch.SetNoLaterThan(now + _session.Settings.Reuse.Patience);
    }

    private void Take(FileEntry file, FileSharing giver, FileEntry from)
    {
        bool isWanted = Torrent.Selection.WantedFiles is not { } wanted || wanted[file.Index.Value];
        if (!isWanted || !Torrent.Lifecycle.IsReady || Torrent.Picker.IsComplete || !Allows(giver) || !giver.Allows(this))
            return;
        IReadOnlyList<SharedFile> known = _files.Of(file.Index);
        if (known.Count >= _session.Settings.Reuse.MaxSources || known.Any(shared => shared.Giver == giver && shared.From.Index == from.Index))
            return;
        var taken = new SharedFile(this, file, giver, from);
        _files.Add(taken);
        giver._given.Add(taken);
        NoticeAll(taken);
        if (IsDone(taken))
            End(taken);
    }

    /// <summary>Torrents that sleep and may have what is wanted: they find us when they are awake.</summary>
    private void WakeRelatives()
    {
        int woken = 0;
        IEnumerable<InfoHash> similar = Torrent.Metainfo.SimilarTorrents.Select(static hash => new InfoHash(hash));
        foreach (InfoHash hash in Torrent.Spec.Relatives.Concat(similar))
        {
            if (woken >= _session.Settings.Reuse.MaxWoken || _session.FindSwarm(hash) is not { Lifecycle.IsResting: true, IsAsleep: true } relative)
                continue;
            relative.Slumber.Wake();
            woken++;
        }
    }

    private bool Allows(FileSharing other)
        => Scope == ReuseScope.All || (Scope == ReuseScope.Public && !Torrent.Summary.IsPrivate && !other.Torrent.Summary.IsPrivate);

    private void NoticeAll(SharedFile shared)
    {
        (PieceIndex first, PieceIndex last) = Torrent.Layout.PiecesOf(shared.File.Index);
        for (int piece = first.Value; piece <= last.Value; piece++)
            Notice(new PieceIndex(piece));
    }

    /// <summary>Looks again at what can be had of a piece.</summary>
    private void Notice(PieceIndex piece)
    {
        if (Torrent.Picker.Have[piece] || !Torrent.Picker.IsWanted(piece))
            return;
        PieceCover cover = _files.CoverOf(piece);
        if (cover.MayHold && Torrent.Picker.Hold(piece))
            _session.Work.Add(Torrent);

        // The rest of it is nobody's yet, and may be waiting for us.
        if (!cover.MayHold && Torrent.Picker.LetGo(piece))
            Torrent.Requester.WakeIdle();
        if (cover.IsThere || cover.HasSome || cover.HasUntried)
            _copies.Add(piece);
    }

    private void GiverBegan(SharedFile shared, PieceIndex given)
    {
        (int first, int last) = shared.OwnPieces(given);
        for (int piece = first; piece <= last && shared.IsTrusted && !shared.IsStalled; piece++)
        {
            if (_files.CoverOf(new PieceIndex(piece)).IsTrusted && Torrent.Picker.Hold(new PieceIndex(piece)))
                _session.Work.Add(Torrent);
        }
    }

    private void GiverHas(SharedFile shared, PieceIndex given)
    {
        shared.IsStalled = false;
        (int first, int last) = shared.OwnPieces(given);
        for (int piece = first; piece <= last; piece++)
            Notice(new PieceIndex(piece));
    }

    private void Prove(PieceIndex piece)
    {
        bool isCopied = _copies.Forget(piece);
        foreach (SharedFile shared in _files.Of(piece).ToArray())
        {
            shared.IsTrying = false;
            if (isCopied && !shared.IsTrusted && shared.Bytes > 0)
            {
                shared.IsTrusted = true;
                NoticeAll(shared);
            }

            if (IsDone(shared))
                End(shared);
        }
    }

    private bool IsDone(SharedFile shared)
    {
        (PieceIndex first, PieceIndex last) = Torrent.Layout.PiecesOf(shared.File.Index);
        int missing = Torrent.Picker.Have.NextClear(first.Value);
        return missing < 0 || missing > last.Value;
    }

    /// <summary>A file cannot be taken from there any more; perhaps from elsewhere.</summary>
    private void Lose(SharedFile shared, MonoTime now)
    {
        if (shared.IsOver)
            return;
        End(shared);
        foreach (SharedFile other in _files.Of(shared.File.Index))
            NoticeAll(other);
        Watch(now);
    }

    private void End(SharedFile shared)
    {
        shared.IsOver = true;
        _files.Remove(shared);
        shared.Giver._given.Remove(shared);
        if (shared.Bytes > 0)
            _session.Effects.Publish(new FileTakenNotice(Torrent.Id, shared.File.Path, shared.Giver.Torrent.Id, shared.Giver.Torrent.Summary.Name, shared.Bytes));
    }

    /// <summary>Lets peers be asked for what is not coming after all.</summary>
    private void Watch(MonoTime now)
    {
        if (!Torrent.IsAwake)
            return;
        foreach (SharedFile shared in _files.All)
        {
            shared.Look();
            if (_triesAgain)
                NoticeAll(shared);
        }

        _triesAgain = false;
        bool letGo = false;
        for (int piece = Torrent.Picker.NextHeld(0); piece >= 0; piece = Torrent.Picker.NextHeld(piece + 1))
        {
            PieceCover cover = _files.CoverOf(new PieceIndex(piece));
            if (cover.IsThere)
                _copies.Add(new PieceIndex(piece));
            else if (!cover.MayHold)
            {
                letGo |= Torrent.Picker.LetGo(new PieceIndex(piece));
                if (cover.HasSome)
                    _copies.Add(new PieceIndex(piece));
            }
        }

        if (letGo)
            Torrent.Requester.WakeIdle();
        if (Torrent.Picker.HeldCount > 0 || _copies.IsWaiting)
        {
            _session.Work.Add(Torrent);
            _watch.SetNoLaterThan(now + _session.Settings.Reuse.Patience);
        }
    }
}
