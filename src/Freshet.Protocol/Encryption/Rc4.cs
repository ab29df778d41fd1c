using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Freshet.Protocol.Encryption;

/// <summary>One direction's RC4, as message stream encryption uses it: the first kibibyte of its stream is thrown away.</summary>
public sealed class Rc4
{
    /// <summary>Bytes of the stream that are thrown away, the weakest of them.</summary>
    public const int Dropped = 1024;

    // Bytes, each in a word: a write of a byte followed by a wider read would wait for it, and the cipher is nothing but such waits.
    private readonly uint[] _table = new uint[256];
    private nuint _first;
    private nuint _second;

    /// <summary>Starts a stream.</summary>
    /// <param name="key">From 1 to 256 bytes.</param>
    public Rc4(ReadOnlySpan<byte> key)
    {
        for (int i = 0; i < _table.Length; i++)
            _table[i] = (uint)i;
        int j = 0;
        for (int i = 0; i < _table.Length; i++)
        {
            j = (byte)(j + _table[i] + key[i % key.Length]);
            (_table[i], _table[j]) = (_table[j], _table[i]);
        }

        Span<byte> dropped = stackalloc byte[Dropped];
        Apply(dropped);
    }

    /// <summary>Encrypts or decrypts bytes in place. Compiled as well as can be from its first call on: a connection's first second is most of many downloads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(Span<byte> bytes)
    {
        ref uint table = ref MemoryMarshal.GetArrayDataReference(_table);
        nuint first = _first;
        nuint second = _second;

        // Eight bytes of the stream are gathered in a register, so that the data is read and written once for all of them.
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            ulong stream = Next(ref table, ref first, ref second);
            stream |= Next(ref table, ref first, ref second) << 8;
            stream |= Next(ref table, ref first, ref second) << 16;
            stream |= Next(ref table, ref first, ref second) << 24;
            stream |= Next(ref table, ref first, ref second) << 32;
            stream |= Next(ref table, ref first, ref second) << 40;
            stream |= Next(ref table, ref first, ref second) << 48;
            stream |= Next(ref table, ref first, ref second) << 56;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ stream);
        }

        foreach (ref byte b in bytes)
            b ^= (byte)Next(ref table, ref first, ref second);
        _first = first;
        _second = second;
    }

    // Every index is cut to a byte, and the table has 256 entries: nothing to check.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Next(ref uint table, ref nuint first, ref nuint second)
    {
        first = (byte)(first + 1);
        ref uint a = ref Unsafe.Add(ref table, first);
        uint x = a;
        second = (byte)(second + x);
        ref uint b = ref Unsafe.Add(ref table, second);
        uint y = b;
        b = x;
        a = y;
        return Unsafe.Add(ref table, (nuint)(byte)(x + y));
    }
}
