using System.Text;
using Freshet.Core;
using Freshet.Tracker.Answering;

namespace Freshet.Tracker.Http;

/// <summary>Answers requests: bytes in, bytes out, no socket. For one thread.</summary>
/// <param name="core">The tracker.</param>
/// <param name="limiter">How often one source may ask.</param>
/// <param name="scrapes">Scrapes of all torrents, or null: there are none.</param>
/// <param name="stats">The numbers for <c>/stats</c>, or null: there are none.</param>
internal sealed class HttpResponder(TrackerCore core, SourceLimiter limiter, FullScrape? scrapes, Func<byte[]>? stats)
{
    private static readonly byte[] Text = [.. "text/plain"u8];

    private readonly SelectedPeers _peers = new();
    private readonly BencodeWriter _body = new(4096);
    private readonly InfoHash[] _scraped = new InfoHash[AnswerLimits.MaxScraped];

    /// <summary>What came of the requests.</summary>
    public TrackerCounters Counters { get; } = new();

    /// <summary>Takes what has come on a connection, at most one request of it.</summary>
    /// <param name="input">All that was not consumed before.</param>
    /// <param name="source">From where.</param>
    /// <param name="now">The time.</param>
    /// <param name="output">Where the answer goes.</param>
    public HttpStep Handle(ReadOnlySpan<byte> input, PeerAddress source, MonoTime now, HttpOutput output)
    {
        switch (HttpRequest.Read(input, out HttpRequest request, out int consumed))
        {
            case HttpReadResult.Incomplete:
                return default;
            case HttpReadResult.Bad:
                Counters.Malformed++;
                output.Write("400 Bad Request"u8, Text, "Bad request.\n"u8, keepAlive: false);
                return new HttpStep(input.Length, Close: true, null);
            case HttpReadResult.TooLong:
                Counters.Malformed++;
                output.Write("431 Request Header Fields Too Large"u8, Text, "Too long.\n"u8, keepAlive: false);
                return new HttpStep(input.Length, Close: true, null);
        }

        bool keepAlive = request.KeepAlive;
        if (!request.IsGet)
        {
            output.Write("405 Method Not Allowed"u8, Text, "Only GET.\n"u8, keepAlive: false);
            return new HttpStep(consumed, Close: true, null);
        }

        if (!limiter.TryTake(source, now))
        {
            Counters.Limited++;
            Fail("Too many requests."u8, retryMinutes: 5, output, keepAlive: false);
            return new HttpStep(consumed, Close: true, null);
        }

        if (request.Path.SequenceEqual("/announce"u8))
            return Announce(request, source, now, output, consumed);
        if (request.Path.SequenceEqual("/scrape"u8))
            return Scrape(request, now, output, consumed);
        if (stats is not null && request.Path.SequenceEqual("/stats"u8))
            output.Write("200 OK"u8, "application/json"u8, stats(), keepAlive);
        else
            output.Write("404 Not Found"u8, Text, "Here are /announce and /scrape.\n"u8, keepAlive);
        return new HttpStep(consumed, !keepAlive, null);
    }

    /// <summary>Answers an announce that waited for the store that trackers share.</summary>
    public void Answer(PendingRequest pending, MonoTime now, HttpOutput output)
    {
        AnnounceCall call = pending.Call;
        WriteAnnounce(call, core.Answer(call, now, _peers, bothFamilies: true), output, pending.KeepAlive);
    }

    private HttpStep Announce(HttpRequest request, PeerAddress source, MonoTime now, HttpOutput output, int consumed)
    {
        bool keepAlive = request.KeepAlive;
        if (!AnnounceQuery.TryRead(request.Query, source, out AnnounceCall call, out string? error))
        {
            Counters.Malformed++;
            Fail(Encoding.ASCII.GetBytes(error), retryMinutes: null, output, keepAlive);
            return new HttpStep(consumed, !keepAlive, null);
        }

        Counters.Announces++;
        if (core.SharesSwarms)
            return new HttpStep(consumed, !keepAlive, new PendingRequest(call, keepAlive));
        WriteAnnounce(call, core.Announce(call, now, _peers, bothFamilies: true), output, keepAlive);
        return new HttpStep(consumed, !keepAlive, null);
    }

    private void WriteAnnounce(in AnnounceCall call, in AnnounceOutcome outcome, HttpOutput output, bool keepAlive)
    {
        if (outcome.Refusal != Refusal.None)
        {
            Counters.Refused++;
            Fail(RefusalText.Of(outcome.Refusal), RefusalText.RetryMinutes, output, keepAlive);
            return;
        }

        AnnounceBody.Write(_body, call, outcome, _peers);
        output.Write("200 OK"u8, Text, _body.Written, keepAlive);
    }

    private HttpStep Scrape(HttpRequest request, MonoTime now, HttpOutput output, int consumed)
    {
        bool keepAlive = request.KeepAlive;
        Counters.Scrapes++;
        int count = AnnounceQuery.ReadScrape(request.Query, _scraped);
        if (count < 0)
        {
            Counters.Malformed++;
            Fail("info_hash is not 20 bytes."u8, retryMinutes: null, output, keepAlive);
        }
        else if (count == 0 && scrapes is null)
        {
            Fail("This tracker gives no scrape of all its torrents: name some by info_hash."u8, retryMinutes: null, output, keepAlive);
        }
        else if (count == 0)
        {
            output.WriteShared("200 OK"u8, Text, scrapes!.Get(now));
            return new HttpStep(consumed, Close: true, null);
        }
        else
        {
            Span<InfoHash> hashes = _scraped.AsSpan(0, count);
            hashes.Sort(static (a, b) => a.Value.Bytes.SequenceCompareTo(b.Value.Bytes));
            _body.Clear();
            _body.Dictionary().Key("files"u8).Dictionary();
            foreach (InfoHash hash in hashes)
                AnnounceBody.WriteScraped(_body, hash, core.Scrape(hash));
            _body.End().End();
            output.Write("200 OK"u8, Text, _body.Written, keepAlive);
        }

        return new HttpStep(consumed, !keepAlive, null);
    }

    // BEP 31.
    private void Fail(ReadOnlySpan<byte> reason, int? retryMinutes, HttpOutput output, bool keepAlive)
    {
        _body.Clear();
        _body.Dictionary().Key("failure reason"u8).String(reason);
        if (retryMinutes is { } minutes)
            _body.Key("retry in"u8).Integer(minutes);
        else
            _body.Key("retry in"u8).String("never"u8);
        _body.End();
        output.Write("200 OK"u8, Text, _body.Written, keepAlive);
    }
}

/// <summary>What became of a connection's bytes.</summary>
/// <param name="Consumed">Bytes of the request; 0: it is not whole.</param>
/// <param name="Close">Whether the connection ends with the answer.</param>
/// <param name="Pending">An announce that waits; its answer comes from <see cref="HttpResponder.Answer"/>.</param>
internal readonly record struct HttpStep(int Consumed, bool Close, PendingRequest? Pending);

/// <summary>An announce that waits for the store that trackers share.</summary>
internal sealed record PendingRequest(AnnounceCall Call, bool KeepAlive);
