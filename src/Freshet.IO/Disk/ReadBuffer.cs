using System.Runtime.InteropServices;

namespace Freshet.IO.Disk;

/// <summary>The memory that one thread reads into from disk, in order to hash it; taken from the system when it is first used.</summary>
internal sealed unsafe class ReadBuffer : IDisposable
{
    /// <summary>
    /// What is read at once where bytes are read in order: so long that system calls and seeks do not count, and half of a core's second cache, so that what was read is
    /// hashed before it leaves it.
    /// </summary>
    public const int RunLength = 512 * 1024;

    /// <summary>A run, and 64 bytes for each of 32 messages that are hashed together (<see cref="Hashing.LaneHash.Append"/> says what for).</summary>
    public const int Length = RunLength + (32 * 64);

    private byte* _start;

    /// <summary>The first of <see cref="Length"/> bytes.</summary>
    public byte* Start
    {
        get
        {
            if (_start is null)
                _start = (byte*)NativeMemory.AlignedAlloc(Length, 4096);
            return _start;
        }
    }

    /// <summary>The first bytes.</summary>
    /// <param name="length">How many, at most <see cref="RunLength"/>.</param>
    public Span<byte> Run(int length) => new Span<byte>(Start, RunLength)[..length];

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}
