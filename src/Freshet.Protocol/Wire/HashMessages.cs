using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Protocol.Wire;

/// <summary>
/// The hash messages of a connection that speaks v2 (BEP 52): bounds each before it is kept, and lets in answers only to what was asked for, with as many hashes as
/// that asks for (THREATS B5). Whether the hashes are right is the engine's business.
/// </summary>
internal sealed class HashMessages(ConnectionId connection)
{
    private readonly List<HashRequest> _asked = [];
    private int _strayRejectsLeft = WireLimits.MaxStrayRejects;

    /// <summary>We ask.</summary>
    public void Ask(HashRequest request) => _asked.Add(request);

    /// <summary>The longest body that a message may have now; a request and its reject have just this length.</summary>
    public int LongestBody(MessageId id)
    {
        if (id != MessageId.Hashes)
            return HashRequest.EncodedLength;
        int hashes = 0;
        foreach (HashRequest request in _asked)
            hashes = Math.Max(hashes, request.HashCount);
        return hashes == 0 ? 0 : HashRequest.EncodedLength + (hashes * Sha256Hash.Length);
    }

    /// <summary>Takes a message whose body is whole.</summary>
    /// <returns>False where it breaks a rule.</returns>
    public bool Take(MessageId id, ReadOnlySpan<byte> body, IPeerEventSink sink)
    {
        if (body.Length < HashRequest.EncodedLength)
            return false;
        HashRequest request = HashRequest.Read(body);
        ReadOnlySpan<byte> hashes = body[HashRequest.EncodedLength..];
        switch (id)
        {
            case MessageId.HashRequest:
                Post(sink, PeerEventKind.HashRequest, request);
                return true;
            case MessageId.HashReject when _asked.Remove(request):
                Post(sink, PeerEventKind.HashReject, request);
                return true;
            case MessageId.HashReject:
                return --_strayRejectsLeft >= 0;
            default:
                if (!_asked.Remove(request) || hashes.Length != request.HashCount * Sha256Hash.Length)
                    return false;
                Post(sink, PeerEventKind.Hashes, new HashAnswer(request, hashes.ToArray()));
                return true;
        }
    }

    private void Post(IPeerEventSink sink, PeerEventKind kind, object payload) => sink.Post(new PeerEvent(kind, connection) { Payload = payload });
}
