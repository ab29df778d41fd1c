using System.Text;
using Freshet.Core;
using Freshet.Protocol.Trackers;

namespace Freshet.Fuzz.Targets;

/// <summary>Answers of HTTP trackers.</summary>
public sealed class HttpTrackerTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "http-tracker";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 32_768 + (300L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var writer = new BencodeWriter();
        writer.Dictionary();
        writer.Key("complete"u8).Integer(random.Next(1000));
        if (random.Chance(0.3))
            writer.Key("external ip"u8).String(Bytes(random, random.Chance(0.5) ? 4 : 16));
        if (random.Chance(0.2))
            writer.Key("failure reason"u8).String(Encoding.UTF8.GetBytes("not \u001b[1mregistered"));
        writer.Key("incomplete"u8).Integer(random.Next(1000));
        writer.Key("interval"u8).Integer(random.Next(4000));
        if (random.Chance(0.5))
            writer.Key("min interval"u8).Integer(random.Next(4000));
        if (random.Chance(0.5))
            writer.Key("peers"u8).String(Bytes(random, random.Next(20) * 6));
        else
            WriteList(writer.Key("peers"u8), random);
        if (random.Chance(0.5))
            writer.Key("peers6"u8).String(Bytes(random, random.Next(10) * 18));
        if (random.Chance(0.3))
            writer.Key("retry in"u8).String(random.Chance(0.5) ? "never"u8 : "15"u8);
        if (random.Chance(0.3))
            writer.Key("tracker id"u8).String(Bytes(random, random.Next(300)));
        return writer.End().ToArray();
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        bool isRead = HttpAnnounce.TryParse(input, out AnnounceAnswer? answer, out string? error);
        FuzzException.Require(isRead == answer is not null && isRead != error is not null, "there is an answer or an error");
        if (answer is not null)
            TrackerAnswerRules.Check(answer);
    }

    private static byte[] Bytes(SeededRandom random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static void WriteList(BencodeWriter writer, SeededRandom random)
    {
        writer.List();
        for (int i = random.Next(5); i > 0; i--)
        {
            writer.Dictionary();
            writer.Key("ip"u8).String(random.Next(3) switch { 0 => "10.0.0.1"u8, 1 => "2001:db8::1"u8, _ => "peer.example"u8 });
            if (random.Chance(0.5))
                writer.Key("peer id"u8).String(Bytes(random, 20));
            writer.Key("port"u8).Integer(random.Next(70_000));
            writer.End();
        }

        writer.End();
    }
}
