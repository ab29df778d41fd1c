using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Encryption;

/// <summary>
/// One side of message stream encryption, from the first byte until both sides know how payload is written. Both agree on a secret, prove that they know the torrent's
/// info-hash, and hide even their lengths behind padding. What comes is untrusted at each step: whoever does not keep to it is let go, and is held in at most a key's length of memory.
/// </summary>
internal abstract class MseNegotiation
{
    private readonly IPowers _powers;
    private readonly IEntropy _entropy;
    private readonly byte[] _privateKey = new byte[MsePrime.PrivateKeyLength];
    private int _padLeft;

    protected MseNegotiation(IPowers powers, IEntropy entropy, SendBuffer output)
    {
        _powers = powers;
        _entropy = entropy;
        Output = output;
        entropy.Fill(_privateKey);
    }

    /// <summary>Why nothing more is taken.</summary>
    public DisconnectReason Fault { get; protected set; }

    /// <summary>Whether both know how payload is written: what comes now is payload, to be read through <see cref="Reads"/>.</summary>
    public bool IsThrough { get; protected set; }

    /// <summary>How payload is written.</summary>
    public MsePayload Payload { get; protected set; }

    /// <summary>The stream of what comes; meant once <see cref="IsThrough"/>.</summary>
    public Rc4? Reads { get; protected set; }

    /// <summary>The stream of what goes out.</summary>
    public Rc4? Writes { get; protected set; }

    /// <summary>How many bytes of payload come encrypted though the rest comes plain.</summary>
    public int EncryptedAhead { get; protected set; }

    protected SendBuffer Output { get; }

    protected MseInput Input { get; } = new();

    /// <summary>What both agreed on; all zero before.</summary>
    protected byte[] Secret { get; } = new byte[MsePrime.Length];

    /// <summary>Takes what belongs to the negotiation; bytes are decrypted in place.</summary>
    /// <returns>What is left.</returns>
    public Span<byte> Take(Span<byte> bytes)
    {
        while (!IsThrough && Fault == DisconnectReason.None && Step(ref bytes))
        {
            // On to the next field.
        }

        return bytes;
    }

    /// <summary>Goes on by one field.</summary>
    /// <returns>Whether there may be more to do with the bytes that are left.</returns>
    protected abstract bool Step(ref Span<byte> bytes);

    protected void Fail(DisconnectReason reason) => Fault = reason;

    /// <summary>Queues our public key and padding.</summary>
    protected void SendKey()
    {
        MsePrime.PublicKey(_powers, _privateKey, Output.Add(MsePrime.Length));
        _entropy.Fill(Output.Add(DrawPad()));
    }

    /// <summary>Reads the peer's public key.</summary>
    /// <returns>Whether it is whole; it may be refused then.</returns>
    protected bool ReadKey(ref Span<byte> bytes)
    {
        bool isWhole = Input.Collect(ref bytes, MsePrime.Length);
        if (WireHandshake.HasStarted(Input.Field))
        {
            // A peer that takes our key for a handshake and answers with its own, plain. Seen at once, it can be dialled plain at once.
            Fail(DisconnectReason.BadHandshake);
            return true;
        }

        if (!isWhole)
            return false;
        if (MsePrime.IsPublicKey(Input.Field))
            _powers.Raise(Input.Field, _privateKey, Secret);
        else
            Fail(DisconnectReason.BadHandshake);
        Input.Next();
        return true;
    }

    /// <summary>Begins to skip padding of the length that the peer names.</summary>
    protected void BeginPad(ReadOnlySpan<byte> length)
    {
        _padLeft = BinaryPrimitives.ReadUInt16BigEndian(length);
        if (_padLeft > MseLimits.Pad)
            Fail(DisconnectReason.BadHandshake);
    }

    /// <summary>Skips padding, which the stream counts too.</summary>
    /// <returns>Whether all of it was there.</returns>
    protected bool SkipPad(ref Span<byte> bytes, Rc4 stream)
    {
        int skipped = Math.Min(_padLeft, bytes.Length);
        stream.Apply(bytes[..skipped]);
        bytes = bytes[skipped..];
        _padLeft -= skipped;
        return _padLeft == 0;
    }

    /// <summary>Queues the proof, how payload may be (or is) written, and padding with its length before it; the caller encrypts it.</summary>
    protected void AddTerms(MsePayload payload)
    {
        Output.Add(MseLimits.ConstantLength).Clear();
        BinaryPrimitives.WriteInt32BigEndian(Output.Add(sizeof(int)), (int)payload);
        int pad = DrawPad();
        BinaryPrimitives.WriteUInt16BigEndian(Output.Add(sizeof(ushort)), (ushort)pad);
        _entropy.Fill(Output.Add(pad));
    }

    /// <summary>What the peer names of ways to write payload; what we do not know is left out.</summary>
    protected static MsePayload ReadPayload(ReadOnlySpan<byte> field) => (MsePayload)(byte)BinaryPrimitives.ReadInt32BigEndian(field) & (MsePayload.Plain | MsePayload.Rc4);

    /// <summary>Both know how payload is written.</summary>
    protected void Agree(MsePayload payload)
    {
        Payload = payload;
        IsThrough = true;
        if (payload != MsePayload.Plain)
            return;
        Writes = null;
        if (EncryptedAhead == 0)
            Reads = null;
    }

    private int DrawPad()
    {
        Span<byte> drawn = stackalloc byte[sizeof(ushort)];
        _entropy.Fill(drawn);
        return BinaryPrimitives.ReadUInt16BigEndian(drawn) % (MseLimits.Pad + 1);
    }
}
