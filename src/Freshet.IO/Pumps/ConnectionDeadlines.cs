using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>
/// When something is due in the connections of a pump: whoever idles is not looked at before. A deadline may come nearer with anything that a link is told, and mostly
/// moves away, which costs nothing: it is found out when the time has come under which the connection is listed.
/// </summary>
internal sealed class ConnectionDeadlines
{
    /// <summary>Entries that may mean nothing any more, beside one for each connection, before the list is made anew.</summary>
    private const int MaxSpent = 1024;

    private readonly PriorityQueue<PumpConnection, long> _queue = new();

    /// <summary>When somebody is to be looked at; Never where nobody is.</summary>
    public MonoTime Next => _queue.TryPeek(out _, out long at) ? new MonoTime(at) : MonoTime.Never;

    /// <summary>Entries, those that are spent counted.</summary>
    public int Count => _queue.Count;

    /// <summary>Lists a connection under its deadline, where that has come nearer.</summary>
    public void Note(PumpConnection connection)
    {
        MonoTime deadline = connection.Deadline;
        if (deadline >= connection.ListedFor)
            return;
        connection.ListedFor = deadline;
        _queue.Enqueue(connection, deadline.Nanoseconds);
    }

    /// <summary>Takes connections in which something is due into a list; whoever handles one notes it again.</summary>
    public void Take(MonoTime now, List<PumpConnection> due)
    {
        while (Next <= now)
        {
            _queue.TryDequeue(out PumpConnection? connection, out long listed);
            if (connection!.IsClosed || connection.ListedFor.Nanoseconds != listed)
                continue;
            connection.ListedFor = MonoTime.Never;
            if (connection.Deadline > now)
                Note(connection);
            else
                due.Add(connection);
        }
    }

    /// <summary>Drops what connections have left behind that are closed, or are listed under another time by now, once that is much.</summary>
    public void Tidy(IReadOnlyCollection<PumpConnection> connections)
    {
        if (_queue.Count <= MaxSpent + (2 * connections.Count))
            return;
        _queue.Clear();
        foreach (PumpConnection connection in connections)
        {
            connection.ListedFor = MonoTime.Never;
            Note(connection);
        }
    }
}
