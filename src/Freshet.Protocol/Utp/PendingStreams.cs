namespace Freshet.Protocol.Utp;

/// <summary>Streams that have something to send: those that the end of the batch looks at, and those that wait until the output has room.</summary>
internal sealed class PendingStreams
{
    private readonly List<UtpStream> _touched = [];
    private List<UtpStream> _blocked = [];
    private List<UtpStream> _unblocked = [];

    /// <summary>Streams to be looked at; more may be touched while they are.</summary>
    public IReadOnlyList<UtpStream> Touched => _touched;

    /// <summary>Has a stream looked at at the end of the batch.</summary>
    public void Touch(UtpStream stream)
    {
        if (stream.IsTouched || stream.IsBlocked || stream.State == UtpStreamState.Closed)
            return;
        stream.IsTouched = true;
        _touched.Add(stream);
    }

    /// <summary>All that were touched were looked at.</summary>
    public void ClearTouched() => _touched.Clear();

    /// <summary>The output had no room left when it was a stream's turn.</summary>
    public void Block(UtpStream stream)
    {
        if (stream.IsBlocked)
            return;
        stream.IsBlocked = true;
        _blocked.Add(stream);
    }

    /// <summary>The output has room again: those who waited have their turn with the next batch.</summary>
    public void Unblock()
    {
        (_blocked, _unblocked) = (_unblocked, _blocked);
        for (int i = 1; i <= _unblocked.Count; i++)
        {
            // The first is who took the last of the room: it is its turn when the others had theirs.
            UtpStream stream = _unblocked[i % _unblocked.Count];
            stream.IsBlocked = false;
            Touch(stream);
        }

        _unblocked.Clear();
    }
}
