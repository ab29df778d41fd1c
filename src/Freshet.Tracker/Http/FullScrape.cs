using Freshet.Core;
using Freshet.Tracker.Answering;
using Freshet.Tracker.Swarms;

namespace Freshet.Tracker.Http;

/// <summary>The scrape of all torrents: made at most once a minute, whoever asks how often, and shared by all connections that it goes to.</summary>
internal sealed class FullScrape(TrackerCore core)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private byte[]? _body;
    private MonoTime _until;

    public ReadOnlyMemory<byte> Get(MonoTime now)
    {
        lock (_gate)
        {
            if (_body is null || now >= _until)
            {
                _body = Make();
                _until = now + Lifetime;
            }

            return _body;
        }
    }

    private byte[] Make()
    {
        var body = new BencodeWriter();
        body.Dictionary().Key("files"u8).Dictionary();
        foreach ((InfoHash hash, SwarmCounts counts) in core.ScrapeAll())
            AnnounceBody.WriteScraped(body, hash, counts);
        body.End().Key("flags"u8).Dictionary().Key("min_request_interval"u8).Integer((long)Lifetime.TotalSeconds).End().End();
        return body.ToArray();
    }
}
