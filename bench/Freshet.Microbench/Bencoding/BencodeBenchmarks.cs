using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Freshet.Core;

namespace Freshet.Microbench.Bencoding;

/// <summary>A torrent of a thousand files, token by token and as a document, beside System.Text.Json on the same content.</summary>
public class BencodeBenchmarks
{
    private const int Files = 1000;
    private readonly BencodeWriter _writer = new();
    private byte[] _bencode = [];
    private byte[] _json = [];
    private byte[][] _paths = [];

    [GlobalSetup]
    public void Setup()
    {
        _bencode = SampleTorrents.ManyFiles(Files);
        _json = SampleTorrents.AsJson(_bencode);
        _paths = [.. Metainfo.Load(_bencode).Layout.Files.Select(file => System.Text.Encoding.UTF8.GetBytes(file.Path))];
    }

    [Benchmark(Baseline = true)]
    public int TokensOfJson()
    {
        var reader = new Utf8JsonReader(_json);
        int tokens = 0;
        while (reader.Read())
            tokens++;
        return tokens;
    }

    [Benchmark]
    public int Tokens()
    {
        var reader = new BencodeReader(_bencode, BencodeLimits.Metainfo);
        int tokens = 0;
        while (reader.Read())
            tokens++;
        return tokens;
    }

    [Benchmark]
    public int Document() => BencodeDocument.Parse(_bencode, BencodeLimits.Metainfo).Root["info"u8].Count();

    [Benchmark]
    public int Write()
    {
        _writer.Clear();
        _writer.List();
        foreach (byte[] path in _paths)
            _writer.Dictionary().Key("length"u8).Integer(path.Length).Key("path"u8).List().String(path).End().End();
        _writer.End();
        return _writer.Written.Length;
    }
}
