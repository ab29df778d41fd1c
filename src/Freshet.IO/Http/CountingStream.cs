namespace Freshet.IO.Http;

/// <summary>Reads another stream up to a number of bytes; more is an <see cref="ExchangeException"/>.</summary>
internal sealed class CountingStream : Stream
{
    private readonly Stream _inner;
    private readonly int _namedLimit;
    private long _left;

    /// <summary>Wraps a stream.</summary>
    /// <param name="inner">Closed with this one.</param>
    /// <param name="limit">The most bytes.</param>
    /// <param name="namedLimit">The limit that the error names.</param>
    public CountingStream(Stream inner, long limit, int namedLimit)
    {
        _inner = inner;
        _left = limit;
        _namedLimit = namedLimit;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Count(read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Count(_inner.Read(buffer, offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        _left -= read;
        return _left >= 0 ? read : throw ExchangeException.TooLong(_namedLimit);
    }
}
