namespace Freshet.Core;

/// <summary>
/// What is known of a torrent's piece layers (BEP 52): those of the metadata, and what peers have given and proven since. Hashes come in here only with a proof, so
/// what is here is right. One thread's.
/// </summary>
public sealed class PieceLayers
{
    private readonly Dictionary<Sha256Hash, Layer> _layers = [];
    private Dictionary<Sha256Hash, ReadOnlyMemory<byte>> _learnt = [];

    /// <summary>Starts with whole layers.</summary>
    /// <param name="trees">The torrent's trees.</param>
    /// <param name="known">By root, each as long as its file has pieces, and checked against the root.</param>
    public PieceLayers(PieceTrees trees, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> known)
    {
        Trees = trees;
        foreach ((Sha256Hash root, ReadOnlyMemory<byte> layer) in known)
            _layers[root] = new Layer(layer, null);
    }

    /// <summary>The whole layers that were not there from the start, by root; a new object with each that comes.</summary>
    public IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> Learnt => _learnt;

    /// <summary>The torrent's trees.</summary>
    public PieceTrees Trees { get; }

    /// <summary>Takes a whole layer that was kept from an earlier run, where it is one and leads to its root.</summary>
    public bool TryAdd(Sha256Hash root, ReadOnlyMemory<byte> layer)
    {
        if (Trees.FileOf(root) is not { } file || !Trees.HasLayer(file) || layer.Length != Trees.PiecesIn(file) * Sha256Hash.Length
            || MerkleTree.RootOfLayer(layer.Span, Trees.PieceHeight) != root)
        {
            return false;
        }

        if (_layers.TryGetValue(root, out Layer? known) && known.IsWhole)
            return true;
        _layers[root] = new Layer(layer, null);
        Learn(root, layer);
        return true;
    }

    /// <summary>The root that a piece's subtree must have; false where it is not known yet.</summary>
    public bool TryGet(PieceIndex piece, out Sha256Hash root)
    {
        FileEntry file = Trees.FileOf(piece);
        root = file.PiecesRoot!.Value;
        if (!Trees.HasLayer(file))
            return true;
        return _layers.TryGetValue(root, out Layer? layer) && layer.TryGet(piece.Value - Trees.FirstPieceOf(file).Value, out root);
    }

    /// <summary>Whether all hashes of a run of <see cref="HashRequest.LayerLength"/> pieces of a file are known.</summary>
    public bool HasRun(FileEntry file, int run)
        => !Trees.HasLayer(file) || (_layers.TryGetValue(file.PiecesRoot!.Value, out Layer? layer) && layer.TryGet(run * HashRequest.LayerLength, out _));

    /// <summary>The whole layer of a file, 32 bytes a piece; empty where some of it is not known.</summary>
    public ReadOnlyMemory<byte> LayerOf(Sha256Hash root) => _layers.TryGetValue(root, out Layer? layer) && layer.IsWhole ? layer.Hashes : default;

    /// <summary>Takes a peer's answer to a <see cref="PieceTrees.LayerRequest"/>, where it leads to the file's root.</summary>
    /// <returns>False where it does not: whoever sent it lies.</returns>
    public bool TryAdd(HashAnswer answer)
    {
        HashRequest request = answer.Request;
        if (Trees.FileOf(request.Root) is not { } file || !Trees.HasLayer(file)
            || request != Trees.LayerRequest(file, request.Index / HashRequest.LayerLength) || request.Lead(answer.Hashes.Span) != request.Root)
        {
            return false;
        }

        int pieces = Trees.PiecesIn(file);
        if (!_layers.TryGetValue(request.Root, out Layer? layer))
            _layers.Add(request.Root, layer = new Layer(new byte[pieces * Sha256Hash.Length], new Bitfield((pieces + HashRequest.LayerLength - 1) / HashRequest.LayerLength)));
        bool wasWhole = layer.IsWhole;
        layer.Put(request.Index, answer.Hashes.Span[..(Math.Min(request.Length, pieces - request.Index) * Sha256Hash.Length)]);
        if (layer.IsWhole && !wasWhole)
            Learn(request.Root, layer.Hashes);
        return true;
    }

    /// <summary>Answers a peer's request for hashes of the piece layer, where all of it is known; null where it is not, or where there are no such.</summary>
    /// <param name="request">Well formed.</param>
    public HashAnswer? Answer(HashRequest request)
    {
        if (request.BaseLayer != Trees.PieceHeight || request.Length > HashRequest.LayerLength || Trees.FileOf(request.Root) is not { } file || !Trees.HasLayer(file)
            || !request.IsWithin(PieceTrees.HeightOf(file)) || !_layers.TryGetValue(request.Root, out Layer? layer) || !layer.IsWhole)
        {
            return null;
        }

        byte[] hashes = new byte[request.HashCount * Sha256Hash.Length];
        for (int i = 0; i < request.Length; i++)
            layer.NodeAt(request.BaseLayer, request.Index + i, Trees.PieceHeight).Bytes.CopyTo(hashes.AsSpan(i * Sha256Hash.Length));
        for (int i = 0; i < request.UncleCount; i++)
            UncleOf(request, i, layer).Bytes.CopyTo(hashes.AsSpan((request.Length + i) * Sha256Hash.Length));
        return new HashAnswer(request, hashes);
    }

    /// <summary>Answers a peer's request for leaves of one piece; null where its proof goes above the piece and the layer is not known, or where there are no such.</summary>
    /// <param name="request">Well formed, and for leaves of this piece.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="leaves">The hashes of its blocks.</param>
    public HashAnswer? AnswerLeaves(HashRequest request, PieceIndex piece, ReadOnlySpan<Sha256Hash> leaves)
    {
        FileEntry file = Trees.FileOf(piece);
        int height = Trees.HeightOf(piece);
        Layer? layer = null;
        if (!request.IsWithin(PieceTrees.HeightOf(file)) || (request.TopHeight > height && !(_layers.TryGetValue(request.Root, out layer) && layer.IsWhole)))
            return null;
        int first = (piece.Value - Trees.FirstPieceOf(file).Value) << height;
        var nodes = new LayerNodes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(leaves[..Trees.LeavesIn(piece)]), 0);
        byte[] hashes = new byte[request.HashCount * Sha256Hash.Length];
        for (int i = 0; i < request.Length; i++)
            nodes.At(0, request.Index - first + i).Bytes.CopyTo(hashes.AsSpan(i * Sha256Hash.Length));
        for (int i = 0; i < request.UncleCount; i++)
        {
            int at = request.SubtreeHeight + i;
            Sha256Hash uncle = at < height ? nodes.At(at, request.UncleAt(i) - (first >> at)) : UncleOf(request, i, layer!);
            uncle.Bytes.CopyTo(hashes.AsSpan((request.Length + i) * Sha256Hash.Length));
        }

        return new HashAnswer(request, hashes);
    }

    private void Learn(Sha256Hash root, ReadOnlyMemory<byte> layer) => _learnt = new(_learnt) { [root] = layer };

    private Sha256Hash UncleOf(HashRequest request, int uncle, Layer layer) => layer.NodeAt(request.SubtreeHeight + uncle, request.UncleAt(uncle), Trees.PieceHeight);

    /// <summary>A layer, whole or in runs that are known.</summary>
    private sealed class Layer(ReadOnlyMemory<byte> hashes, Bitfield? runs)
    {
        // The roots over each run: what proofs are made of, so that none goes through the whole layer again.
        private byte[]? _runRoots;

        public ReadOnlyMemory<byte> Hashes => hashes;

        public bool IsWhole => runs is null || runs.IsFull;

        public bool TryGet(int position, out Sha256Hash hash)
        {
            bool isKnown = runs is null || runs[position / HashRequest.LayerLength];
            hash = isKnown ? new Sha256Hash(hashes.Span.Slice(position * Sha256Hash.Length, Sha256Hash.Length)) : default;
            return isKnown;
        }

        /// <summary>A node of the layer or above it; the layer is whole.</summary>
        public Sha256Hash NodeAt(int height, int position, int layerHeight)
        {
            int runHeight = layerHeight + System.Numerics.BitOperations.Log2(HashRequest.LayerLength);
            return height < runHeight
                ? new LayerNodes(hashes.Span, layerHeight).At(height, position)
                : new LayerNodes(_runRoots ??= RootsOfRuns(runHeight, layerHeight), runHeight).At(height, position);
        }

        private byte[] RootsOfRuns(int runHeight, int layerHeight)
        {
            const int RunBytes = HashRequest.LayerLength * Sha256Hash.Length;
            byte[] roots = new byte[(hashes.Length + RunBytes - 1) / RunBytes * Sha256Hash.Length];
            var nodes = new LayerNodes(hashes.Span, layerHeight);
            for (int run = 0; run < roots.Length / Sha256Hash.Length; run++)
                nodes.At(runHeight, run).Bytes.CopyTo(roots.AsSpan(run * Sha256Hash.Length));
            return roots;
        }

        public void Put(int first, ReadOnlySpan<byte> known)
        {
            if (runs is null)
                return;
            known.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsMemory(hashes).Span[(first * Sha256Hash.Length)..]);
            runs[first / HashRequest.LayerLength] = true;
        }
    }
}
