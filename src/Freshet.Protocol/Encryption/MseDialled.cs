using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Encryption;

/// <summary>
/// Message stream encryption of the side that was dialled. It learns only a hash of the torrent's info-hash (<see cref="Masked"/>) and waits until it is told which torrent that is
/// (<see cref="Unmask"/>): whoever knows all torrents finds it by one look.
/// </summary>
internal sealed class MseDialled : MseNegotiation
{
    private MsePayload _accepts;
    private byte[]? _mark;
    private Stage _stage;

    /// <summary>Starts; nothing is said before the peer's key is here.</summary>
    /// <param name="powers">Who calculates.</param>
    /// <param name="entropy">For the private key and padding.</param>
    /// <param name="output">Takes what is to be sent, encrypted where it has to be.</param>
    public MseDialled(IPowers powers, IEntropy entropy, SendBuffer output)
        : base(powers, entropy, output)
    {
    }

    private enum Stage : byte
    {
        Key,
        Mark,
        Name,
        Answer,
        Terms,
        Pad,
        Ahead,
    }

    /// <summary>Whether the torrent is named and <see cref="Unmask"/> has to be called; nothing more is taken before.</summary>
    public bool AwaitsAnswer => _stage == Stage.Answer;

    /// <summary>By which hash the peer names the torrent (<see cref="MseHashes.Masked"/>).</summary>
    public Sha1Hash Masked { get; private set; }

    /// <summary>Says which torrent it is.</summary>
    /// <param name="swarm">Its info-hash.</param>
    /// <param name="accepts">How payload may be written; where the peer offers both it is left plain.</param>
    public void Unmask(InfoHash swarm, MsePayload accepts)
    {
        _accepts = accepts;
        Reads = MseHashes.DiallerStream(Secret, swarm);
        Writes = MseHashes.DialledStream(Secret, swarm);
        _stage = Stage.Terms;
    }

    /// <inheritdoc/>
    protected override bool Step(ref Span<byte> bytes)
    {
        switch (_stage)
        {
            case Stage.Key:
                return ReadKey(ref bytes) && AnswerKey();
            case Stage.Mark:
                return Seek(ref bytes);
            case Stage.Name:
                return ReadName(ref bytes);
            case Stage.Answer:
                return false;
            case Stage.Terms:
                return ReadTerms(ref bytes);
            case Stage.Pad:
                if (!SkipPad(ref bytes, Reads!))
                    return false;
                _stage = Stage.Ahead;
                return true;
            default:
                return ReadAhead(ref bytes);
        }
    }

    private bool AnswerKey()
    {
        if (Fault != DisconnectReason.None)
            return false;
        SendKey();
        _mark = MseHashes.Secret(Secret).Bytes.ToArray();
        _stage = Stage.Mark;
        return true;
    }

    private bool Seek(ref Span<byte> bytes)
    {
        bool? found = Input.Seek(ref bytes, _mark, MseLimits.RequestSearch);
        if (found is null)
            Fail(DisconnectReason.BadHandshake);
        if (found is not true)
            return false;
        Input.Next();
        _stage = Stage.Name;
        return true;
    }

    private bool ReadName(ref Span<byte> bytes)
    {
        if (!Input.Collect(ref bytes, Sha1Hash.Length))
            return false;
        Masked = MseHashes.Cover(new Sha1Hash(Input.Field), Secret);
        Input.Next();
        _stage = Stage.Answer;
        return true;
    }

    private bool ReadTerms(ref Span<byte> bytes)
    {
        if (!Input.Collect(ref bytes, MseLimits.ConstantLength + sizeof(int) + sizeof(ushort)))
            return false;
        Span<byte> field = Input.Field;
        Reads!.Apply(field);
        MsePayload common = ReadPayload(field[MseLimits.ConstantLength..]) & _accepts;

        // Plain where both may: it is the handshake that gives a torrent away to whoever only looks, and RC4 costs more than everything else that is done to a block.
        Payload = common.HasFlag(MsePayload.Plain) ? MsePayload.Plain : common;
        if (field[..MseLimits.ConstantLength].IndexOfAnyExcept((byte)0) >= 0 || Payload == MsePayload.None)
            Fail(DisconnectReason.BadHandshake);
        BeginPad(field[^sizeof(ushort)..]);
        Input.Next();
        _stage = Stage.Pad;
        return true;
    }

    private bool ReadAhead(ref Span<byte> bytes)
    {
        if (!Input.Collect(ref bytes, sizeof(ushort)))
            return false;
        Reads!.Apply(Input.Field);
        EncryptedAhead = BinaryPrimitives.ReadUInt16BigEndian(Input.Field);
        int before = Output.Length;
        AddTerms(Payload);
        Writes!.Apply(Output.Last(Output.Length - before));
        Agree(Payload);
        return false;
    }
}
