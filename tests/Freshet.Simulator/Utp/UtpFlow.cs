using Freshet.Core;
using Freshet.Protocol.Utp;

namespace Freshet.Simulator.Utp;

/// <summary>Data that goes one way over a stream between two hosts: as much as the stream takes, each byte compared where it arrives.</summary>
public sealed class UtpFlow
{
    // A prime, so that bytes that are moved by any power of two are found out.
    private const int PatternLength = 65_521;
    private static readonly byte[] Pattern = MakePattern();

    private readonly SimUtpHost _from;
    private readonly long _bytes;
    private readonly byte[] _read = new byte[64 * 1024];

    internal UtpFlow(SimUtpHost from, SimUtpHost to, long bytes)
    {
        (_from, _bytes) = (from, bytes);
        to.Incoming = stream =>
        {
            Receiver = stream;
            stream.Owner = this;
            Move(stream);
        };
        Sender = from.Connect(to);
        Sender.Owner = this;
        from.Do(() => Move(Sender));
    }

    /// <summary>The end that sends.</summary>
    public UtpStream Sender { get; }

    /// <summary>The end that receives, once there is one.</summary>
    public UtpStream? Receiver { get; private set; }

    /// <summary>Bytes that were written.</summary>
    public long Written { get; private set; }

    /// <summary>Bytes that arrived, in order and as they were written.</summary>
    public long Received { get; private set; }

    /// <summary>Whether all arrived, and the end of the stream.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The first byte that arrived wrong, or null.</summary>
    public long? WrongAt { get; private set; }

    /// <summary>Bytes that are there to be written until then are held back; for a sender that has less than the line takes.</summary>
    public long Allowed { get; private set; } = long.MaxValue;

    /// <summary>Lets more be written.</summary>
    public void Allow(long upTo) => _from.Do(() =>
    {
        Allowed = upTo;
        Move(Sender);
    });

    internal void Move(UtpStream stream)
    {
        if (ReferenceEquals(stream, Sender))
            Write();
        else
            Read(stream);
    }

    private void Write()
    {
        long most = Math.Min(_bytes, Allowed);
        while (Written < most)
        {
            // Until not all is taken: only then the stream says when there is room again.
            int at = (int)(Written % PatternLength);
            ReadOnlySpan<byte> next = Pattern.AsSpan(at, (int)Math.Min(PatternLength - at, most - Written));
            int taken = Sender.Write(next);
            Written += taken;
            if (taken < next.Length)
                break;
        }

        if (Written == _bytes)
            Sender.Close();
    }

    private void Read(UtpStream stream)
    {
        while (stream.IsReadable)
        {
            int count = stream.Read(_read);
            if (count == 0)
                break;
            Compare(_read.AsSpan(0, count));
        }

        if (stream.HasEnded && !IsComplete)
        {
            IsComplete = Received == _bytes;
            stream.Close();
        }
    }

    private void Compare(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int at = (int)(Received % PatternLength);
            int count = Math.Min(bytes.Length, PatternLength - at);
            if (!bytes[..count].SequenceEqual(Pattern.AsSpan(at, count)))
                WrongAt ??= Received;
            Received += count;
            bytes = bytes[count..];
        }
    }

    private static byte[] MakePattern()
    {
        byte[] pattern = new byte[PatternLength];
        new SeededRandom(1).NextBytes(pattern);
        return pattern;
    }
}
