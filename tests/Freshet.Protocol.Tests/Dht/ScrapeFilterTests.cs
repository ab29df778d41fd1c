using System.Net;
using System.Text.Json;
using Freshet.Protocol.Dht;

namespace Freshet.Protocol.Tests.Dht;

/// <summary>The filters of BEP 33.</summary>
public sealed class ScrapeFilterTests
{
    [Fact]
    public void The_example_of_BEP_33_comes_out()
    {
        ScrapeFilter filter = Example();
        Assert.StartsWith("f6c3f5eaa07ffd91bde89f777f26fb2b", Convert.ToHexStringLower(filter.Bytes), StringComparison.Ordinal);
        Assert.EndsWith("d9f6aeffeee76b6fd8f72ef", Convert.ToHexStringLower(filter.Bytes), StringComparison.Ordinal);
        Assert.Equal(1224.931, filter.Estimate(), 3);
    }

    [Fact]
    public void The_corpus_agrees()
    {
        JsonElement row = Corpus.Read("vectors/bep33_bloom.json");
        Assert.Equal(row.GetProperty("filter_hex").GetString(), Convert.ToHexStringLower(Example().Bytes));
        Assert.Equal(row.GetProperty("estimate").GetDouble(), Example().Estimate(), 3);
    }

    [Fact]
    public void A_peer_that_is_in_two_filters_counts_once()
    {
        var one = new ScrapeFilter();
        var other = new ScrapeFilter();
        for (int i = 0; i < 100; i++)
        {
            one.Insert(Peer(i));
            other.Insert(Peer(i + 50));
        }

        one.Union(other.Bytes);
        Assert.InRange(one.Estimate(), 140, 160);
    }

    [Fact]
    public void Odd_filters_do_no_harm()
    {
        var filter = new ScrapeFilter();
        Assert.Equal(0, filter.Estimate());
        filter.Union([1, 2, 3]);
        Assert.Equal(0, filter.Estimate());
        filter.Union(Enumerable.Repeat((byte)0xFF, ScrapeFilter.Length).ToArray());
        Assert.InRange(filter.Estimate(), 5000, 10_000);
        filter.Clear();
        Assert.Equal(0, filter.Estimate());
    }

    private static ScrapeFilter Example()
    {
        var filter = new ScrapeFilter();
        for (int i = 0; i < 256; i++)
            filter.Insert(NodeEndpoint.Of(new IPAddress([192, 0, 2, (byte)i]), 1));
        for (int i = 0; i < 1000; i++)
            filter.Insert(NodeEndpoint.Of(IPAddress.Parse($"2001:db8::{i:x}"), 1));
        return filter;
    }

    private static NodeEndpoint Peer(int i) => NodeEndpoint.Of(new IPAddress([5, 6, (byte)(i >> 8), (byte)i]), 6881);
}
