using Freshet.Core;

namespace Freshet.Tracker.Hosting;

/// <summary>Connections in the order of their deadlines. All have the same patience, so whoever begins to wait goes to the end: nothing is ever searched.</summary>
internal sealed class DeadlineList
{
    private HttpConnection? _first;
    private HttpConnection? _last;

    public HttpConnection? First => _first;

    public void Append(HttpConnection connection, MonoTime deadline)
    {
        connection.Deadline = deadline;
        connection.Earlier = _last;
        connection.Later = null;
        if (_last is null)
            _first = connection;
        else
            _last.Later = connection;
        _last = connection;
    }

    public void Remove(HttpConnection connection)
    {
        if (connection.Earlier is null && connection.Later is null && _first != connection)
            return;
        if (connection.Earlier is null)
            _first = connection.Later;
        else
            connection.Earlier.Later = connection.Later;
        if (connection.Later is null)
            _last = connection.Earlier;
        else
            connection.Later.Earlier = connection.Earlier;
        connection.Earlier = connection.Later = null;
    }
}
