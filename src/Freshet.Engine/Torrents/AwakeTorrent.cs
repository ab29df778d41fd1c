using Freshet.Core;
using Freshet.Engine.Picking;
using Freshet.Engine.Reuse;
using Freshet.Engine.Session;
using Freshet.Engine.Storage;

namespace Freshet.Engine.Torrents;

/// <summary>
/// What a torrent needs only while it checks, fetches or serves, most of it as large as its metainfo: made when it wakes, dropped when it falls asleep. Whatever
/// outlives that belongs into <see cref="Torrent"/>.
/// </summary>
internal sealed class AwakeTorrent
{
    private readonly Torrent _torrent;
    private readonly SessionContext _session;
    private bool _hasRun;

    public AwakeTorrent(Torrent torrent, SessionContext session)
    {
        _torrent = torrent;
        _session = session;
        Wanted = new WantedPieces(torrent.Layout, torrent.Selection.Priorities);
        Picker = NewPicker();
        Blame = new Blame(torrent);
        Trees = PieceTrees.Of(torrent.Metainfo) is { } trees ? new HashTrees(torrent, session, trees) : null;
        Requester = new Requester(torrent, session);
        Uploader = new Uploader(torrent, session);
        InitialSeeding = new InitialSeeding(torrent, session);
        Messages = new PeerMessages(torrent, session);
        News = new PieceNews(torrent, session);
        RequestWatch = new RequestWatch(torrent, session);
        Sharing = new FileSharing(torrent, session);
    }

    public WantedPieces Wanted { get; }

    public PiecePicker Picker { get; private set; }

    public Blame Blame { get; private set; }

    /// <summary>The hash trees of the v2 side; null where there is none.</summary>
    public HashTrees? Trees { get; }

    public Requester Requester { get; }

    public Uploader Uploader { get; }

    public InitialSeeding InitialSeeding { get; }

    public PeerMessages Messages { get; }

    public PieceNews News { get; }

    public RequestWatch RequestWatch { get; }

    public FileSharing Sharing { get; }

    /// <summary>The storage has looked at the disk: begins with what is there.</summary>
    public void Load(Bitfield have, IReadOnlyList<PartialPiece> partials)
    {
        // What an earlier run has found out counts no more; before the first there is nothing.
        if (_hasRun)
        {
            Picker = NewPicker();
            Blame = new Blame(_torrent);
            Wanted.Reset();
        }

        _hasRun = true;
        for (int piece = have.NextSet(0); piece >= 0; piece = have.NextSet(piece + 1))
        {
            Picker.MarkHave(new PieceIndex(piece));
            Wanted.Done(new PieceIndex(piece));
        }

        foreach (PartialPiece partial in partials)
            Picker.RestorePartial(partial.Piece, partial.Blocks);
    }

    private PiecePicker NewPicker()
    {
        var picker = new PiecePicker(_torrent.Layout, _session.Random, _torrent.Selection.Strategy)
        {
            Custom = _torrent.Selection.CustomPicker,
            CustomFailed = _torrent.Selection.PickerFailed,
            Begun = piece => Sharing?.Begun(piece),
        };
        if (_torrent.Selection.Priorities is not null)
            picker.SetPriorities(Wanted.Priorities);
        return picker;
    }
}
