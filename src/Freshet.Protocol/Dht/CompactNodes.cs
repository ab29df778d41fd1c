namespace Freshet.Protocol.Dht;

/// <summary>Walks nodes that stand one behind the other. A rest that is no whole node is left out; so are those at which no node can be.</summary>
public ref struct CompactNodes
{
    private readonly int _nodeLength;
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at the first node.</summary>
    /// <param name="compact">The bytes.</param>
    /// <param name="nodeLength"><see cref="NodeContact.Length4"/> or <see cref="NodeContact.Length6"/>.</param>
    public CompactNodes(ReadOnlySpan<byte> compact, int nodeLength)
    {
        _rest = compact;
        _nodeLength = nodeLength;
    }

    /// <summary>The node that the walk is at.</summary>
    public NodeContact Current { get; private set; }

    /// <summary>This walk, so that <c>foreach</c> takes it.</summary>
    public readonly CompactNodes GetEnumerator() => this;

    /// <summary>Goes to the next node.</summary>
    public bool MoveNext()
    {
        while (_rest.Length >= _nodeLength)
        {
            Current = NodeContact.ReadCompact(_rest[.._nodeLength]);
            _rest = _rest[_nodeLength..];

            // Who sends an IPv4 address in IPv6 clothes means to get around a rule.
            if (Current.Endpoint.IsUsable && Current.Endpoint.IsIPv4 == (_nodeLength == NodeContact.Length4))
                return true;
        }

        return false;
    }
}
