using Freshet.Abstractions;

namespace Freshet;

/// <summary>
/// Short names of what can go wrong, stable over versions: each is the title of an entry of docs/troubleshooting.md, and the command ends its messages with
/// one in brackets.
/// </summary>
public static class TroubleCodes
{
    /// <summary>The command line, or an argument of the library, makes no sense.</summary>
    public const string Usage = "usage";

    /// <summary>The configuration file or a variable makes no sense.</summary>
    public const string Configuration = "configuration";

    /// <summary>No torrent was named, and none is remembered.</summary>
    public const string NothingToResume = "nothing-to-resume";

    /// <summary>A torrent, file or folder is not there or cannot be read.</summary>
    public const string SourceUnreadable = "source-unreadable";

    /// <summary>A torrent file is damaged, or not one.</summary>
    public const string SourceInvalid = "source-invalid";

    /// <summary>The torrent's metadata is not known yet: only peers have it.</summary>
    public const string MetadataUnknown = "metadata-unknown";

    /// <summary>A pattern or index fits no file of the torrent.</summary>
    public const string NothingSelected = "nothing-selected";

    /// <summary>Another process, or this one, has the torrent.</summary>
    public const string TorrentInUse = "torrent-in-use";

    /// <summary>A port is taken or an address is not there.</summary>
    public const string CannotListen = "cannot-listen";

    /// <summary>Something is in the way that is not overwritten unasked.</summary>
    public const string FileExists = "file-exists";

    /// <summary>Something is in the way.</summary>
    public const string Conflict = "conflict";

    /// <summary>Data cannot be read or written.</summary>
    public const string Storage = "storage";

    /// <summary>The disk or a quota is full.</summary>
    public const string DiskFull = "disk-full";

    /// <summary>A file or folder that should be there is not.</summary>
    public const string FileMissing = "file-missing";

    /// <summary>The user may not do this.</summary>
    public const string NoPermission = "no-permission";

    /// <summary>Something else is in a file's place: a folder, a link, somebody else's file.</summary>
    public const string PathBlocked = "path-blocked";

    /// <summary>Others than its owner may use a private key.</summary>
    public const string KeyExposed = "key-exposed";

    /// <summary>A feed says nothing, or nothing that is of use.</summary>
    public const string FeedFailed = "feed-failed";

    /// <summary>A device failed.</summary>
    public const string DeviceFailed = "device-failed";

    /// <summary>Too many open files.</summary>
    public const string TooManyFiles = "too-many-files";

    /// <summary>The state folder cannot be used, or progress cannot be remembered.</summary>
    public const string StateFolder = "state-folder";

    /// <summary>Data on disk is not what the torrent says.</summary>
    public const string VerifyFailed = "verify-failed";

    /// <summary>A server did not answer, or not with what was asked for.</summary>
    public const string Network = "network";

    /// <summary>A tracker did not answer, or refused.</summary>
    public const string TrackerFailed = "tracker-failed";

    /// <summary>There is no tracker to ask.</summary>
    public const string NoTracker = "no-tracker";

    /// <summary>Nothing came in for as long as was waited.</summary>
    public const string GivenUp = "given-up";

    /// <summary>Stopped before the end.</summary>
    public const string Unfinished = "unfinished";

    /// <summary>A peer sent wrong data and is not spoken to any more.</summary>
    public const string PeerBanned = "peer-banned";

    /// <summary>A folder without content that could go into a torrent.</summary>
    public const string NothingToShare = "nothing-to-share";

    /// <summary>Content that fits no torrent.</summary>
    public const string ContentUnfit = "content-unfit";

    /// <summary>The program of <c>--on-complete</c> failed.</summary>
    public const string OnComplete = "on-complete";

    /// <summary>The reader of standard output went away.</summary>
    public const string OutputClosed = "output-closed";

    /// <summary>A defect of this program.</summary>
    public const string Defect = "defect";

    /// <summary>The code of trouble with a disk.</summary>
    public static string Of(DiskErrorKind kind) => kind switch
    {
        DiskErrorKind.Full => DiskFull,
        DiskErrorKind.Missing => FileMissing,
        DiskErrorKind.Denied => NoPermission,
        DiskErrorKind.Blocked => PathBlocked,
        DiskErrorKind.Device => DeviceFailed,
        DiskErrorKind.Handles => TooManyFiles,
        _ => Storage,
    };

    /// <summary>The code of a kind of error where nothing closer is known.</summary>
    public static string Of(FreshetError error) => error switch
    {
        FreshetError.Usage => Usage,
        FreshetError.SourceUnreadable => SourceUnreadable,
        FreshetError.Storage => Storage,
        FreshetError.SourceInvalid => SourceInvalid,
        FreshetError.Network => Network,
        FreshetError.Conflict => Conflict,
        FreshetError.Denied => NoPermission,
        _ => Defect,
    };
}
