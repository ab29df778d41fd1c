using System.Net;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Loop;

/// <summary>How a session meets the network.</summary>
public sealed record EngineLoopOptions
{
    /// <summary>The blocks that payload waits in, shared with engine and disk workers; its owner outlives the loop.</summary>
    public required BlockPool Pool { get; init; }

    /// <summary>The clock of the session.</summary>
    public MonoClock Clock { get; init; } = new();

    /// <summary>
    /// The only local address that TCP, UDP and HTTP use, or null for all. With an address of one family the other family is not used at all
    /// (THREATS F8).
    /// </summary>
    public IPAddress? Bind { get; init; }

    /// <summary>The port to listen on with TCP and UDP, IPv4 and IPv6; 0 lets the system choose one that is free for all.</summary>
    public int ListenPort { get; init; }

    /// <summary>How many ports from <see cref="ListenPort"/> on are tried where that one is taken; 1: only that one.</summary>
    public int PortAttempts { get; init; } = 1;

    /// <summary>The groups of local discovery (BEP 14), or null to take no part in it.</summary>
    public LocalGroups? LocalDiscovery { get; init; }

    /// <summary>Whether peers may connect to us.</summary>
    public bool AcceptPeers { get; init; } = true;

    /// <summary>Whether peers may be spoken to over uTP; with <see cref="UtpUse.Only"/> nothing listens for TCP.</summary>
    public UtpUse Utp { get; init; }

    /// <summary>Which rule governs how fast uTP sends.</summary>
    public UtpCongestion UtpCongestion { get; init; }

    /// <summary>
    /// The threads that move bytes of peers; 1 shares the engine's thread. Null: half the cores, 1 to 8. Up to three cores that is one: threads beside the engine's cost a plain
    /// download some CPU and give it nothing, since it is the hash and disk workers that use the other core. But see <see cref="IsAllEncrypted"/>.
    /// </summary>
    public int? Pumps { get; init; }

    /// <summary>
    /// Whether every connection is encrypted. RC4 takes longer than everything else that is done to a block, and a connection's is one thread's: then two or three cores have two pumps.
    /// </summary>
    public bool IsAllEncrypted { get; init; }

    /// <summary>Whether to use the portable sockets where the machine has faster ones.</summary>
    public bool PortableSockets { get; init; }

    /// <summary>How long opening a TCP connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most peer connections, half-open ones counted; never more than file handles allow. Null: as many as they allow, within reason.</summary>
    public int? MaxConnections { get; init; }
}
