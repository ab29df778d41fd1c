using Freshet.Core;

namespace Freshet.Protocol.Dht;

/// <summary>Walks the peers of an answer: a list of strings of 6 or 18 bytes. What has another length, or can be no peer, is left out.</summary>
public ref struct KrpcPeers
{
    private BencodeReader _reader;
    private bool _isOpen;

    internal KrpcPeers(ReadOnlySpan<byte> list)
    {
        _reader = new BencodeReader(list, DhtLimits.Bencode);
        _isOpen = !list.IsEmpty && _reader.Read();
    }

    /// <summary>The peer that the walk is at.</summary>
    public NodeEndpoint Current { get; private set; }

    /// <summary>This walk, so that <c>foreach</c> takes it.</summary>
    public readonly KrpcPeers GetEnumerator() => this;

    /// <summary>Goes to the next peer.</summary>
    public bool MoveNext()
    {
        while (_isOpen && _reader.Read())
        {
            if (_reader.Depth != 1 || _reader.Token != BencodeToken.String || _reader.Bytes.Length is not (NodeEndpoint.Length4 or NodeEndpoint.Length6))
                continue;
            Current = NodeEndpoint.ReadCompact(_reader.Bytes);
            if (Current.IsUsable)
                return true;
        }

        _isOpen = false;
        return false;
    }
}
