using System.Buffers.Binary;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Protocol.Encryption;

/// <summary>Message stream encryption of the side that dialled. Its BitTorrent handshake goes along with its half of the proof, so that encryption costs one round trip.</summary>
internal sealed class MseDialler : MseNegotiation
{
    private readonly InfoHash _swarm;
    private readonly MsePayload _offers;
    private readonly byte[] _firstPayload;
    private readonly byte[] _proof = new byte[MseLimits.ConstantLength];
    private Stage _stage;

    /// <summary>Starts; its key is queued.</summary>
    /// <param name="powers">Who calculates.</param>
    /// <param name="entropy">For the private key and padding.</param>
    /// <param name="swarm">Whose info-hash the peer must know.</param>
    /// <param name="offers">How payload may be written.</param>
    /// <param name="firstPayload">Goes out encrypted whatever is agreed on: our BitTorrent handshake.</param>
    /// <param name="output">Takes what is to be sent, encrypted where it has to be.</param>
    public MseDialler(IPowers powers, IEntropy entropy, InfoHash swarm, MsePayload offers, ReadOnlySpan<byte> firstPayload, SendBuffer output)
        : base(powers, entropy, output)
    {
        _swarm = swarm;
        _offers = offers;
        _firstPayload = firstPayload.ToArray();
        SendKey();
    }

    private enum Stage : byte
    {
        Key,
        Proof,
        Terms,
        Pad,
    }

    /// <inheritdoc/>
    protected override bool Step(ref Span<byte> bytes)
    {
        switch (_stage)
        {
            case Stage.Key:
                return ReadKey(ref bytes) && Prove();
            case Stage.Proof:
                return Seek(ref bytes);
            case Stage.Terms:
                return ReadTerms(ref bytes);
            default:
                if (SkipPad(ref bytes, Reads!))
                    Agree(Payload);
                return false;
        }
    }

    private bool Prove()
    {
        if (Fault != DisconnectReason.None)
            return false;
        MseHashes.Secret(Secret).Bytes.CopyTo(Output.Add(Sha1Hash.Length));
        MseHashes.Cover(MseHashes.Masked(_swarm), Secret).Bytes.CopyTo(Output.Add(Sha1Hash.Length));
        int plain = Output.Length;
        AddTerms(_offers);
        BinaryPrimitives.WriteUInt16BigEndian(Output.Add(sizeof(ushort)), (ushort)_firstPayload.Length);
        _firstPayload.CopyTo(Output.Add(_firstPayload.Length));
        Writes = MseHashes.DiallerStream(Secret, _swarm);
        Writes.Apply(Output.Last(Output.Length - plain));

        // The peer's proof can be told beforehand: zeros under its stream.
        Reads = MseHashes.DialledStream(Secret, _swarm);
        Reads.Apply(_proof);
        _stage = Stage.Proof;
        return true;
    }

    private bool Seek(ref Span<byte> bytes)
    {
        bool? found = Input.Seek(ref bytes, _proof, MseLimits.ConstantSearch);
        if (found is null)
            Fail(DisconnectReason.BadHandshake);
        if (found is not true)
            return false;
        Input.Next();
        _stage = Stage.Terms;
        return true;
    }

    private bool ReadTerms(ref Span<byte> bytes)
    {
        if (!Input.Collect(ref bytes, sizeof(int) + sizeof(ushort)))
            return false;
        Reads!.Apply(Input.Field);
        Payload = ReadPayload(Input.Field);
        if (Payload is not (MsePayload.Plain or MsePayload.Rc4) || (Payload & _offers) == 0)
            Fail(DisconnectReason.BadHandshake);
        BeginPad(Input.Field[sizeof(int)..]);
        _stage = Stage.Pad;
        return true;
    }
}
