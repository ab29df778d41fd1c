using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Freshet.Abstractions;
using Freshet.IO.Native;

namespace Freshet.IO.Udp;

/// <summary>The kernel's structures for a batch of messages, in pinned memory, made once.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class MessageTable
{
    private readonly byte[] _names;
    private readonly DatagramCalls.Part[] _parts;
    private readonly DatagramCalls.Control[] _controls;
    private readonly DatagramCalls.MessageHeader[] _headers;

    public MessageTable(int capacity)
    {
        _names = GC.AllocateArray<byte>(capacity * SocketAddressBytes.MaxLength, pinned: true);
        _parts = GC.AllocateArray<DatagramCalls.Part>(capacity, pinned: true);
        _controls = GC.AllocateArray<DatagramCalls.Control>(capacity, pinned: true);
        _headers = GC.AllocateArray<DatagramCalls.MessageHeader>(capacity, pinned: true);
        for (int i = 0; i < capacity; i++)
        {
            ref DatagramCalls.Message message = ref _headers[i].Message;
            message.Name = (byte*)Unsafe.AsPointer(ref _names[i * SocketAddressBytes.MaxLength]);
            message.Parts = (DatagramCalls.Part*)Unsafe.AsPointer(ref _parts[i]);
            message.PartCount = 1;
        }
    }

    /// <summary>How many messages there is room for.</summary>
    public int Capacity => _headers.Length;

    /// <summary>The first header.</summary>
    public DatagramCalls.MessageHeader* Headers => (DatagramCalls.MessageHeader*)Unsafe.AsPointer(ref _headers[0]);

    /// <summary>Gives a message a place to be received into.</summary>
    public void SetPlace(int index, byte* start, int length, bool wantsControl)
    {
        _parts[index] = new DatagramCalls.Part { Start = start, Length = (nuint)length };
        ref DatagramCalls.Message message = ref _headers[index].Message;
        message.NameLength = SocketAddressBytes.MaxLength;
        message.Flags = 0;
        SetControl(ref message, wantsControl ? (DatagramCalls.Control*)Unsafe.AsPointer(ref _controls[index]) : null, DatagramCalls.ControlLength);
    }

    /// <summary>Sets what is sent as one message.</summary>
    /// <param name="index">Which message.</param>
    /// <param name="to">Where it goes to.</param>
    /// <param name="start">Its bytes.</param>
    /// <param name="length">How many.</param>
    /// <param name="segment">The length of the datagrams that the kernel is to cut it into; 0: it is one.</param>
    public void SetMessage(int index, in DatagramAddress to, byte* start, int length, int segment)
    {
        _parts[index] = new DatagramCalls.Part { Start = start, Length = (nuint)length };
        ref DatagramCalls.Message message = ref _headers[index].Message;
        message.NameLength = (uint)SocketAddressBytes.Write(to, new Span<byte>(message.Name, SocketAddressBytes.MaxLength));
        message.Flags = 0;
        if (segment == 0)
        {
            SetControl(ref message, null, 0);
            return;
        }

        ref DatagramCalls.Control control = ref _controls[index];
        control.Length = (nuint)(DatagramCalls.ControlHeader + sizeof(ushort));
        control.Level = DatagramCalls.LevelUdp;
        control.Type = DatagramCalls.Segment;
        *(ushort*)Unsafe.AsPointer(ref control.Value) = (ushort)segment;
        SetControl(ref message, (DatagramCalls.Control*)Unsafe.AsPointer(ref control), DatagramCalls.ControlLength);
    }

    /// <summary>Bytes of a message that is set.</summary>
    public int LengthOf(int index) => (int)_parts[index].Length;

    /// <summary>Reads who sent what was received; false for what is to be dropped.</summary>
    public bool TryRead(int index, bool isIPv4, out DatagramRun run)
    {
        ref DatagramCalls.MessageHeader header = ref _headers[index];
        run = default;
        if ((header.Message.Flags & DatagramCalls.Truncated) != 0 || header.Length == 0 || header.Message.NameLength < (isIPv4 ? 16 : SocketAddressBytes.MaxLength))
            return false;
        run.Remote = SocketAddressBytes.ReadRest(new ReadOnlySpan<byte>(header.Message.Name, SocketAddressBytes.MaxLength), isIPv4);
        run.Length = run.Segment = (int)header.Length;
        ref DatagramCalls.Control control = ref _controls[index];
        if (header.Message.ControlLength >= (nuint)(DatagramCalls.ControlHeader + sizeof(int))
            && control.Level == DatagramCalls.LevelUdp && control.Type == DatagramCalls.Coalesce && control.Value > 0)
            run.Segment = control.Value;
        return true;
    }

    private static void SetControl(ref DatagramCalls.Message message, DatagramCalls.Control* control, int length)
    {
        message.Control = control;
        message.ControlLength = control is null ? 0 : (nuint)length;
    }
}
