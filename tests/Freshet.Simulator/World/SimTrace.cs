using Freshet.Core;

namespace Freshet.Simulator.World;

/// <summary>A running digest (FNV-1a) of what happened, to compare two runs of one seed; keeps the last lines for a person to read.</summary>
public sealed class SimTrace
{
    private const int KeptLines = 400;
    private readonly Queue<string> _lines = new();

    /// <summary>The digest so far.</summary>
    public ulong Digest { get; private set; } = 0xcbf29ce484222325;

    /// <summary>The last lines.</summary>
    public IEnumerable<string> Lines => _lines;

    /// <summary>Adds a thing that happened.</summary>
    public void Add(MonoTime time, string what)
    {
        Mix((ulong)time.Nanoseconds);
        foreach (char c in what)
            Mix(c);
        _lines.Enqueue($"{time.TotalSeconds,12:0.000000} {what}");
        if (_lines.Count > KeptLines)
            _lines.Dequeue();
    }

    /// <summary>Adds bytes that were delivered, without a line.</summary>
    public void Add(MonoTime time, ReadOnlySpan<byte> bytes)
    {
        Mix((ulong)time.Nanoseconds);
        Mix((ulong)bytes.Length);
        for (int i = 0; i < bytes.Length; i += 997)
            Mix(bytes[i]);
    }

    private void Mix(ulong value) => Digest = (Digest ^ value) * 0x100000001b3;
}
