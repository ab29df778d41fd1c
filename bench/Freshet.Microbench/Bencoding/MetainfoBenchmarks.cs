using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Freshet.Core;

namespace Freshet.Microbench.Bencoding;

/// <summary>A .torrent of a hundred thousand files, beside System.Text.Json's document of the same content; for each file.</summary>
public class MetainfoBenchmarks
{
    private const int Files = 100_000;
    private byte[] _torrent = [];
    private byte[] _json = [];

    [GlobalSetup]
    public void Setup()
    {
        _torrent = SampleTorrents.ManyFiles(Files);
        _json = SampleTorrents.AsJson(_torrent);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Files)]
    public int DocumentOfJson()
    {
        using var document = JsonDocument.Parse(_json);
        return document.RootElement.GetProperty("info").GetProperty("files").GetArrayLength();
    }

    [Benchmark(OperationsPerInvoke = Files)]
    public int Document() => BencodeDocument.Parse(_torrent, BencodeLimits.Metainfo).Root["info"u8].Count();

    [Benchmark(OperationsPerInvoke = Files)]
    public Metainfo Load() => Metainfo.Load(_torrent);
}
