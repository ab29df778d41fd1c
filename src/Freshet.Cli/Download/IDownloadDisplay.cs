namespace Freshet.Cli.Download;

/// <summary>How a download is shown while it runs.</summary>
internal interface IDownloadDisplay
{
    /// <summary>How often <see cref="Update"/> wants to be called at the most.</summary>
    TimeSpan Interval { get; }

    /// <summary>Runs the work; the display is up while it runs.</summary>
    Task RunAsync(Func<Task> work);

    /// <summary>A torrent was added.</summary>
    void Added(Torrent torrent);

    /// <summary>Torrents came back that the state knows.</summary>
    void Restored(IReadOnlyList<Torrent> torrents, int complete);

    /// <summary>The state of things, where something has changed in it.</summary>
    void Update(SessionView view);

    /// <summary>The peers, where they were asked for; called before <see cref="Update"/>.</summary>
    void UpdatePeers(IReadOnlyList<TorrentPeers> torrents);

    /// <summary>Something happened.</summary>
    void Tell(TorrentEvent happened);

    /// <summary>Something happened to a feed.</summary>
    void Tell(FeedEvent happened);

    /// <summary>A torrent is complete.</summary>
    void Completed(TorrentStatus status, TimeSpan elapsed);

    /// <summary>A source or a torrent failed.</summary>
    void Failed(string what, int exitCode, string message, string code);

    /// <summary>Trouble with the state folder that does not keep the download from going on.</summary>
    void Warn(string message);

    /// <summary>Something else to say to a person: where it stands at the end, that it is stopping.</summary>
    void Say(string message);

    /// <summary>The command ends.</summary>
    void Ended(int exitCode);
}
