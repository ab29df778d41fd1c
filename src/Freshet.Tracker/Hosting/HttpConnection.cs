using System.Buffers;
using Freshet.Core;
using Freshet.Tracker.Answering;

namespace Freshet.Tracker.Hosting;

/// <summary>A connection that could not be answered and closed at once. It holds a buffer only while a part of a request or of an answer waits.</summary>
internal sealed class HttpConnection(int descriptor, int place, PeerAddress source)
{
    private byte[]? _input;
    private byte[]? _output;
    private int _inputLength;
    private int _outputStart;
    private int _outputEnd;
    private ReadOnlyMemory<byte> _shared;

    public int Descriptor { get; } = descriptor;

    /// <summary>Its index in the server's table.</summary>
    public int Place { get; } = place;

    public PeerAddress Source { get; } = source;

    /// <summary>When it is given up, unless it is in the middle of being answered.</summary>
    public MonoTime Deadline { get; set; }

    public HttpConnection? Earlier { get; set; }

    public HttpConnection? Later { get; set; }

    /// <summary>Whether it ends when all is sent.</summary>
    public bool ClosesAfterAnswer { get; set; }

    /// <summary>Whether an announce of it waits for the store that trackers share.</summary>
    public bool IsPending { get; set; }

    public bool IsClosed { get; set; }

    public ReadOnlySpan<byte> Input => _input.AsSpan(0, _inputLength);

    /// <summary>What is to be sent next.</summary>
    public ReadOnlySpan<byte> Output => _outputStart < _outputEnd ? _output.AsSpan(_outputStart, _outputEnd - _outputStart) : _shared.Span;

    public bool HasOutput => _outputStart < _outputEnd || !_shared.IsEmpty;

    /// <summary>Keeps a part of a request.</summary>
    public void KeepInput(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0 && (_input is null || _input.Length < bytes.Length))
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(bytes.Length);
            bytes.CopyTo(larger);
            Return(ref _input);
            _input = larger;
        }
        else
        {
            bytes.CopyTo(_input);
        }

        _inputLength = bytes.Length;
        if (_inputLength == 0)
            Return(ref _input);
    }

    /// <summary>Keeps what the socket did not take.</summary>
    public void KeepOutput(ReadOnlySpan<byte> bytes, ReadOnlyMemory<byte> shared)
    {
        if (bytes.Length > 0)
        {
            _output = ArrayPool<byte>.Shared.Rent(bytes.Length);
            bytes.CopyTo(_output);
        }

        _outputStart = 0;
        _outputEnd = bytes.Length;
        _shared = shared;
    }

    /// <summary>Forgets what was sent.</summary>
    public void Sent(int count)
    {
        if (_outputStart == _outputEnd)
        {
            _shared = _shared[count..];
            return;
        }

        _outputStart += count;
        if (_outputStart == _outputEnd)
            Return(ref _output);
    }

    /// <summary>Gives the buffers back.</summary>
    public void Release(bool keepInput = false)
    {
        if (!keepInput)
        {
            Return(ref _input);
            _inputLength = 0;
        }

        Return(ref _output);
        _outputStart = _outputEnd = 0;
        _shared = default;
    }

    private static void Return(ref byte[]? buffer)
    {
        if (buffer is not null)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = null;
    }
}
