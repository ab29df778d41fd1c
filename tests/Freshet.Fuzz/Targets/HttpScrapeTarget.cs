using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Fuzz.Targets;

/// <summary>Answers of HTTP trackers to scrapes.</summary>
public sealed class HttpScrapeTarget : IFuzzTarget
{
    private static readonly InfoHash[] Swarms = [.. Enumerable.Range(0, HttpScrape.MaxSwarms).Select(i => new InfoHash(new Sha1Hash([.. Enumerable.Repeat((byte)i, 20)])))];

    /// <inheritdoc/>
    public string Name => "http-scrape";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 32_768 + (300L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        BencodeWriter writer = new BencodeWriter().Dictionary();
        if (random.Chance(0.1))
            writer.Key("failure reason"u8).String("not \u001b[1mregistered"u8);
        writer.Key("files"u8).Dictionary();
        for (int i = 0; i < Swarms.Length; i++)
        {
            if (random.Chance(0.7))
                continue;
            writer.Key(Swarms[i].Value.Bytes).Dictionary();
            writer.Key("complete"u8).Integer(random.Next(1000));
            writer.Key("downloaded"u8).Integer(random.Next(1000));
            if (random.Chance(0.3))
                writer.Key("downloaders"u8).Integer(random.Next(1000));
            writer.Key("incomplete"u8).Integer(random.Next(1000)).End();
        }

        writer.End();
        if (random.Chance(0.3))
            writer.Key("flags"u8).Dictionary().Key("min_request_interval"u8).Integer(random.Next(100_000)).End();
        return writer.End().ToArray();
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        bool isRead = HttpScrape.TryParse(input, Swarms, out ScrapeAnswer? answer, out string? error);
        FuzzException.Require(isRead == answer is not null && isRead != error is not null, "there is an answer or an error");
        if (answer is not null)
            TrackerAnswerRules.Check(answer, Swarms);
    }
}
