using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Swarm;

/// <summary>A client that can be one of a swarm whose members are told of each other.</summary>
internal interface ISwarmMember : IClient
{
    /// <summary>The command of a member: it says "ready", reads a line of peers, says "done SECONDS" once it has everything, and at the end of its input "uploaded BYTES".</summary>
    string[] Member(BenchTorrent torrent, string target, string address, int port, long rate, bool isSeed);
}
