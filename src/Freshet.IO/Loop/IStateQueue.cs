using Freshet.Abstractions;

namespace Freshet.IO.Loop;

/// <summary>The writer of resume records as the loop sees it. Calls never block.</summary>
public interface IStateQueue
{
    /// <summary>
    /// Says where the news goes that every record up to a ticket is kept, or why it is not; called from any thread. Called once, before anything else.
    /// </summary>
    void Start(Action<long, string?> saved);

    /// <summary>Queues a record; a later one of the same torrent takes its place.</summary>
    void Save(ResumeRecord record, long ticket);

    /// <summary>Writes what is queued as soon as can be, in place of at the next second.</summary>
    void Hurry();
}
