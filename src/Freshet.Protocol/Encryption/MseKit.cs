namespace Freshet.Protocol.Encryption;

/// <summary>What a connection needs for message stream encryption; shared by all of them.</summary>
/// <param name="Powers">Who calculates.</param>
/// <param name="Entropy">For private keys and padding.</param>
public sealed record MseKit(IPowers Powers, IEntropy Entropy);
