using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Freshet.IO.Native;
using Freshet.Tracker.Answering;

namespace Freshet.Tracker.Native;

/// <summary>The memory of a batch of datagrams and of their answers, made once: receiving and sending allocate nothing.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class DatagramBatch
{
    /// <summary>Datagrams a call: beyond this a system call costs next to nothing a datagram.</summary>
    public const int Size = 64;

    private const int Interrupted = 4;

    private readonly int _requestLength;
    private readonly int _answerLength;
    private readonly byte[] _requests;
    private readonly byte[] _answers;
    private readonly byte[] _names = GC.AllocateArray<byte>(Size * SocketAddressBytes.MaxLength, pinned: true);
    private readonly DatagramCalls.Part[] _parts = GC.AllocateArray<DatagramCalls.Part>(Size, pinned: true);
    private readonly DatagramCalls.MessageHeader[] _headers = GC.AllocateArray<DatagramCalls.MessageHeader>(Size, pinned: true);
    private readonly uint[] _nameLengths = new uint[Size];
    private readonly uint[] _lengths = new uint[Size];
    private int _answerCount;

    /// <summary>Sets the memory aside.</summary>
    /// <param name="requestLength">Bytes of a datagram that are kept.</param>
    /// <param name="answerLength">Room for an answer.</param>
    public DatagramBatch(int requestLength, int answerLength)
    {
        _requestLength = requestLength;
        _answerLength = answerLength;
        _requests = GC.AllocateArray<byte>(Size * requestLength, pinned: true);
        _answers = GC.AllocateArray<byte>(Size * answerLength, pinned: true);
    }

    /// <summary>Waits for datagrams.</summary>
    /// <returns>How many came; 0 where the wait was broken off or an error of the network was told.</returns>
    public int Receive(int descriptor)
    {
        for (int i = 0; i < Size; i++)
        {
            _parts[i] = new DatagramCalls.Part { Start = Address(_requests, i * _requestLength), Length = (nuint)_requestLength };
            _headers[i].Message = Message(i, i, SocketAddressBytes.MaxLength);
        }

        int count = DatagramCalls.Receive(descriptor, (DatagramCalls.MessageHeader*)Unsafe.AsPointer(ref _headers[0]), Size, DatagramCalls.WaitForOne);
        for (int i = 0; i < count; i++)
        {
            _lengths[i] = _headers[i].Length;
            _nameLengths[i] = _headers[i].Message.NameLength;
        }

        _answerCount = 0;
        return Math.Max(0, count);
    }

    public ReadOnlySpan<byte> Request(int index) => _requests.AsSpan(index * _requestLength, (int)_lengths[index]);

    /// <summary>The sender as the kernel wrote it.</summary>
    public ReadOnlySpan<byte> Name(int index) => _names.AsSpan(index * SocketAddressBytes.MaxLength, (int)_nameLengths[index]);

    /// <summary>The sender's address; false for a family that is none of ours.</summary>
    public bool TryGetSource(int index, out PeerAddress source) => SourceOf(Name(index), out source);

    /// <summary>Room for the next answer.</summary>
    public Span<byte> NextAnswer => _answers.AsSpan(_answerCount * _answerLength, _answerLength);

    /// <summary>Keeps what was written to <see cref="NextAnswer"/> for <see cref="Send"/>.</summary>
    /// <param name="index">Whose datagram it answers; answers are queued in the order of the datagrams.</param>
    /// <param name="length">Its length.</param>
    public void QueueAnswer(int index, int length)
    {
        // The parts and headers of datagrams that were looked at already serve their answers.
        _parts[_answerCount] = new DatagramCalls.Part { Start = Address(_answers, _answerCount * _answerLength), Length = (nuint)length };
        _headers[_answerCount].Message = Message(index, _answerCount, _nameLengths[index]);
        _answerCount++;
    }

    /// <summary>Sends the queued answers; one that cannot be sent is dropped, as datagrams are.</summary>
    public void Send(int descriptor)
    {
        for (int sent = 0; sent < _answerCount;)
        {
            int count = DatagramCalls.Send(
                descriptor, (DatagramCalls.MessageHeader*)Unsafe.AsPointer(ref _headers[sent]), _answerCount - sent, LinuxSockets.MessageNoSignal);
            if (count > 0)
                sent += count;
            else if (Marshal.GetLastPInvokeError() != Interrupted)
                sent++;
        }
    }

    /// <summary>Reads the address out of a <c>sockaddr</c>.</summary>
    public static bool SourceOf(ReadOnlySpan<byte> name, out PeerAddress source)
    {
        source = default;
        if (name.Length < 8)
            return false;
        switch (BitConverter.ToUInt16(name))
        {
            case LinuxSockets.AddressFamilyIPv4:
                source = new PeerAddress(name.Slice(4, 4));
                return true;
            case LinuxSockets.AddressFamilyIPv6 when name.Length >= 24:
                source = new PeerAddress(name.Slice(8, 16));
                return true;
            default:
                return false;
        }
    }

    private DatagramCalls.Message Message(int name, int part, uint nameLength) => new()
    {
        Name = Address(_names, name * SocketAddressBytes.MaxLength),
        NameLength = nameLength,
        Parts = (DatagramCalls.Part*)Unsafe.AsPointer(ref _parts[part]),
        PartCount = 1,
    };

    // Safety: the arrays are pinned for their lives.
    private static byte* Address(byte[] pinned, int offset) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned)) + offset;
}
