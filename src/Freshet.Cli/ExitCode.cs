namespace Freshet.Cli;

/// <summary>What the command's exit code says. Stable: scripts depend on it.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    public const int Configuration = 3;
    public const int SourceUnreadable = 4;
    public const int Storage = 5;
    public const int VerifyFailed = 6;
    public const int Unfinished = 7;
    public const int Network = 8;
    public const int Conflict = 9;
    public const int Denied = 10;
    public const int Interrupted = 130;
    public const int Terminated = 143;

    /// <summary>Every code that is or will be in use, with its meaning.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Ok, "all is well"),
        (Failure, "another failure, or something that this version cannot do yet"),
        (Usage, "the command line makes no sense"),
        (Configuration, "a configuration file, or a variable FRESHET_…, makes no sense"),
        (SourceUnreadable, "a source (torrent file, URL) was not found or cannot be read"),
        (Storage, "data could not be written: disk full, no permission, a failing device"),
        (VerifyFailed, "data or a torrent file is damaged"),
        (Unfinished, "not finished: interrupted or given up, what is there is saved and is used by the next run"),
        (Network, "the network: no answer from a server, no peers in time"),
        (Conflict, "something is in the way: the torrent is being downloaded by another process, a port is taken"),
        (Denied, "no permission"),
        (11, "the daemon cannot be reached"),
        (12, "a diagnosis found a failure"),
        (Interrupted, "interrupted twice (Ctrl-C): ended at once"),
        (Terminated, "terminated twice: ended at once"),
    ];

    /// <summary>The entry of docs/troubleshooting.md where nothing closer than the exit code is known.</summary>
    public static string TroubleOf(int exitCode) => exitCode switch
    {
        Usage => TroubleCodes.Usage,
        Configuration => TroubleCodes.Configuration,
        SourceUnreadable => TroubleCodes.SourceUnreadable,
        Storage => TroubleCodes.Storage,
        VerifyFailed => TroubleCodes.SourceInvalid,
        Unfinished => TroubleCodes.Unfinished,
        Network => TroubleCodes.Network,
        Conflict => TroubleCodes.Conflict,
        Denied => TroubleCodes.NoPermission,
        _ => TroubleCodes.Defect,
    };

    /// <summary>The code for trouble that the library reports.</summary>
    public static int For(FreshetError error) => error switch
    {
        FreshetError.Usage => Usage,
        FreshetError.SourceUnreadable => SourceUnreadable,
        FreshetError.Storage => Storage,
        FreshetError.SourceInvalid => VerifyFailed,
        FreshetError.Network => Network,
        FreshetError.Conflict => Conflict,
        FreshetError.Denied => Denied,
        _ => Failure,
    };
}
