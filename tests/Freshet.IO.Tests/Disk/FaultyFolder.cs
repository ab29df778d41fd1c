using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;
using Freshet.IO.Native;

namespace Freshet.IO.Tests.Disk;

/// <summary>A folder that makes trouble when it is told to.</summary>
internal sealed class FaultyFolder(string root) : Folder(root)
{
    private readonly Folder _inner = At(root);

    public Action<string> BeforeOpen { get; init; } = _ => { };

    public Action<string> BeforeRename { get; init; } = _ => { };

    public Action<string> BeforeSync { get; init; } = _ => { };

    public override PayloadFile? Open(string path, bool write)
    {
        BeforeOpen(path);
        return _inner.Open(path, write) is { } file ? new FaultyFile(this, path, file) : null;
    }

    public override PayloadFile Create(string path)
    {
        BeforeOpen(path);
        return new FaultyFile(this, path, _inner.Create(path));
    }

    public override FileStamp[] Stamp(IReadOnlyList<FileEntry> files) => _inner.Stamp(files);

    public override void Rename(string from, string to)
    {
        BeforeRename(to);
        _inner.Rename(from, to);
    }

    public override void Delete(string path) => _inner.Delete(path);

    public override void SyncNames() => _inner.SyncNames();

    private sealed class FaultyFile(FaultyFolder folder, string path, PayloadFile inner) : PayloadFile
    {
        public override long LengthAtOpen => inner.LengthAtOpen;

        public override void Write(ReadOnlySpan<byte> bytes, long offset) => inner.Write(bytes, offset);

        public override void Write(Span<IoVector> runs, long offset) => inner.Write(runs, offset);

        public override int Read(Span<byte> bytes, long offset) => inner.Read(bytes, offset);

        public override void Sync()
        {
            folder.BeforeSync(path);
            inner.Sync();
        }

        public override void SetLength(long length) => inner.SetLength(length);

        public override void Allocate(long length) => inner.Allocate(length);

        public override void Dispose() => inner.Dispose();
    }
}
