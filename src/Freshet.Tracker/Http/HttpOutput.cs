using System.Buffers.Text;

namespace Freshet.Tracker.Http;

/// <summary>Answers one behind the other, as they go to the socket; one object serves all connections of a thread.</summary>
internal sealed class HttpOutput
{
    private byte[] _buffer = new byte[16 * 1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>A long answer's body that many connections share, to be sent behind <see cref="Written"/>.</summary>
    public ReadOnlyMemory<byte> Shared { get; private set; }

    public void Clear()
    {
        _length = 0;
        Shared = default;
    }

    /// <summary>Writes an answer.</summary>
    public void Write(ReadOnlySpan<byte> status, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body, bool keepAlive)
    {
        WriteHead(status, type, body.Length, keepAlive);
        Append(body);
    }

    /// <summary>Writes an answer whose body is sent from where it is.</summary>
    public void WriteShared(ReadOnlySpan<byte> status, ReadOnlySpan<byte> type, ReadOnlyMemory<byte> body)
    {
        WriteHead(status, type, body.Length, keepAlive: false);
        Shared = body;
    }

    private void WriteHead(ReadOnlySpan<byte> status, ReadOnlySpan<byte> type, int length, bool keepAlive)
    {
        Append("HTTP/1.1 "u8);
        Append(status);
        Append("\r\nContent-Type: "u8);
        Append(type);
        Append("\r\nContent-Length: "u8);
        Span<byte> number = stackalloc byte[11];
        Utf8Formatter.TryFormat(length, number, out int digits);
        Append(number[..digits]);
        Append(keepAlive ? "\r\n\r\n"u8 : "\r\nConnection: close\r\n\r\n"u8);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_buffer.Length - _length < bytes.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes.Length));
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }
}
