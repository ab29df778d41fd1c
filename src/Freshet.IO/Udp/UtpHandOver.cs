using Freshet.Abstractions;

namespace Freshet.IO.Udp;

/// <summary>
/// uTP datagrams that another pump has received than the one whose stream they are of: where the kernel cannot choose among several sockets all of them come in at the first
/// pump, and where it joins datagrams it goes by the first of them. From any pump to any other.
/// </summary>
internal sealed class UtpHandOver
{
    /// <summary>Datagrams that wait for one pump; some turns' worth of an honest day's. What has no place is lost, as in the kernel's own queue.</summary>
    private const int MaxWaiting = 512;

    private readonly DatagramQueue[] _queues;
    private readonly Action[] _wakes;

    public UtpHandOver(int pumps)
    {
        _queues = [.. Enumerable.Range(0, pumps).Select(_ => new DatagramQueue(MaxWaiting))];
        _wakes = new Action[pumps];
        Array.Fill(_wakes, () => { });
    }

    /// <summary>How many pumps there are.</summary>
    public int Pumps => _queues.Length;

    /// <summary>Says how a pump is woken; before any of them starts.</summary>
    public void Join(int pump, Action wake) => _wakes[pump] = wake;

    /// <summary>Leaves a copy of a datagram for a pump. From any thread.</summary>
    public void Give(int pump, in DatagramAddress from, ReadOnlySpan<byte> datagram)
    {
        bool wasEmpty = _queues[pump].IsEmpty;
        if (_queues[pump].TryAdd(datagram, from) && wasEmpty)
            _wakes[pump]();
    }

    /// <summary>Whether something waits for a pump.</summary>
    public bool HasAny(int pump) => !_queues[pump].IsEmpty;

    /// <summary>Hands a pump what waits for it, no more than there are places; on its thread.</summary>
    public void Deliver(int pump, IUtpReceiver? utp)
    {
        DatagramQueue queue = _queues[pump];
        for (int left = MaxWaiting; left > 0 && queue.TryPeek(out DatagramAddress from, out ReadOnlyMemory<byte> datagram); left--)
        {
            utp?.Receive(from, datagram.Span);
            queue.Drop();
        }
    }
}
