using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Tests.Storage;

/// <summary>A file in memory that knows what of it has reached the device.</summary>
internal sealed class FakeFile
{
    private const int PageLength = 4096;

    private readonly HashSet<int> _dirtyPages = [];
    private byte[] _bytes = [];
    private byte[] _device = [];
    private FileStamp _stamp = FileStamp.Missing;
    private FileStamp _deviceStamp = FileStamp.Missing;

    public FileStamp Stamp => _stamp;

    public void Touch(long ticks)
    {
        if (_stamp.Length < 0)
            _stamp = new FileStamp(0, ticks);
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes, long ticks)
    {
        int end = (int)offset + bytes.Length;
        if (_bytes.Length < end)
            Array.Resize(ref _bytes, end);
        bytes.CopyTo(_bytes.AsSpan((int)offset));
        for (int page = (int)offset / PageLength; page * PageLength < end; page++)
            _dirtyPages.Add(page);
        _stamp = new FileStamp(_bytes.Length, ticks);
    }

    public bool Read(long offset, Span<byte> bytes)
    {
        if (_stamp.Length < offset + bytes.Length)
            return false;
        _bytes.AsSpan((int)offset, bytes.Length).CopyTo(bytes);
        return true;
    }

    public void Sync()
    {
        _device = (byte[])_bytes.Clone();
        _deviceStamp = _stamp;
        _dirtyPages.Clear();
    }

    public void LosePower(SeededRandom random)
    {
        bool keepsLength = random.Chance(0.5) || _deviceStamp.Length < 0;
        foreach (int page in _dirtyPages.Order())
        {
            if (random.Chance(0.5))
                continue;
            int start = page * PageLength;
            int end = Math.Min(_bytes.Length, start + PageLength);
            for (int i = start; i < end; i++)
                _bytes[i] = i < _device.Length ? _device[i] : (byte)0;
        }

        _dirtyPages.Clear();
        if (!keepsLength)
        {
            // The inode is as it was at the last sync, its time even before that.
            Array.Resize(ref _bytes, (int)Math.Max(0, _deviceStamp.Length));
            _stamp = _deviceStamp with { ModifiedTicks = _deviceStamp.ModifiedTicks - TimeSpan.TicksPerSecond };
        }
    }

    /// <summary>Somebody else changes the file.</summary>
    public void Tamper(Func<byte[], byte[]?> change, long ticks)
    {
        byte[]? changed = change(_bytes);
        _bytes = changed ?? [];
        _stamp = changed is null ? FileStamp.Missing : new FileStamp(changed.Length, ticks);
    }
}
