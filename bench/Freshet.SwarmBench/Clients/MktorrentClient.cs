using System.Numerics;
using Freshet.SwarmBench.Hashing;
using Freshet.SwarmBench.Transfers;

namespace Freshet.SwarmBench.Clients;

/// <summary>Debian's mktorrent, with a thread for each of two cores.</summary>
internal sealed class MktorrentClient : ICreator
{
    public string Name => "mktorrent";

    public string Version() => Machine.FirstLine("mktorrent", "-h");

    public string[] Create(BenchTorrent content, string file, BenchVersion version)
        => ["mktorrent", "-t", "2", "-l", $"{BitOperations.Log2((uint)content.PieceLength)}", "-o", file, Path.Combine(content.Folder, content.Name)];
}
