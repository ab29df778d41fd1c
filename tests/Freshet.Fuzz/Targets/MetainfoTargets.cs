using Freshet.Core;

namespace Freshet.Fuzz.Targets;

/// <summary>Torrent files of v1: what is accepted keeps every promise that the engine and the disk build on.</summary>
public sealed class MetainfoV1Target() : MetainfoTarget(TorrentVersion.V1);

/// <summary>Torrent files of v2.</summary>
public sealed class MetainfoV2Target() : MetainfoTarget(TorrentVersion.V2);

/// <summary>Torrent files of both.</summary>
public sealed class MetainfoHybridTarget() : MetainfoTarget(TorrentVersion.Hybrid);

/// <summary>The parser of torrent files.</summary>
public abstract class MetainfoTarget(TorrentVersion version) : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => $"metainfo-{version.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    public int Iterations => 10_000;

    // A value of two bytes has an entry of 16 and may be an element of a path; piece offsets of v2 are 8 bytes for each 32 of a layer.
    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => (17 * 1024 * 1024) + (500L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random) => new TorrentMaker(random).Make(version);

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        PathRules rules = input.Length % 2 == 0 ? PathRules.Posix : PathRules.Windows;
        Metainfo metainfo;
        try
        {
            metainfo = Metainfo.Load(input.ToArray(), rules);
        }
        catch (MetainfoException refusal)
        {
            FuzzException.Require(refusal.Position >= -1 && refusal.Position <= input.Length, "an error lies inside the input");
            FuzzException.Require(refusal.Message.Length < 2000 && !refusal.Message.Any(char.IsControl), "a message can be shown");
            return;
        }

        CheckLayout(metainfo.Layout);
        CheckPaths(metainfo, rules);
        bool hasV1 = metainfo.Version != TorrentVersion.V2;
        FuzzException.Require(metainfo.Hashes.V1 is not null == hasV1, "the v1 hash is there where v1 is");
        FuzzException.Require(metainfo.Hashes.V2 is not null == (metainfo.Version != TorrentVersion.V1), "the v2 hash is there where v2 is");
        FuzzException.Require(metainfo.PieceHashes.Length == (hasV1 ? metainfo.Layout.PieceCount * Sha1Hash.Length : 0), "every piece has a hash");
        FuzzException.Require(metainfo.Warnings.All(warning => !warning.Any(char.IsControl)), "a warning can be shown");
    }

    private static void CheckLayout(PieceLayout layout)
    {
        FuzzException.Require(layout.PieceCount is > 0 and <= MetainfoLimits.MaxPieces, "the pieces are counted");
        long offset = 0;
        foreach (FileEntry file in layout.Files)
        {
            FuzzException.Require(file.Offset == offset && file.Length >= 0, "files follow one another");
            FuzzException.Require(file.IsStored || file.IsPad || file.Length == 0, "a link has no bytes");
            offset += file.Length;
        }

        FuzzException.Require(offset == layout.TotalLength && offset > 0, "the lengths sum up");
        int step = 1 + (layout.PieceCount / 64);
        for (int i = 0; i < layout.PieceCount; i += step)
        {
            var piece = new PieceIndex(i);
            int length = layout.LengthOf(piece);
            FuzzException.Require(length > 0 && length <= layout.PieceLength, "a piece has bytes");
            int covered = 0;
            foreach (FileSlice slice in layout.Slices(piece, 0, length))
                covered += slice.Length;
            FuzzException.Require(covered == length, "the slices of a piece cover it");
        }
    }

    private static void CheckPaths(Metainfo metainfo, PathRules rules)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (FileEntry file in metainfo.Layout.Files)
        {
            FuzzException.Require(file.IsPad || seen.Add(file.Path), "no two files share a path");
            foreach (string element in file.Path.Split('/'))
                PathSanitizerTarget.RequireSafe(element, rules);
        }
    }
}
