using System.Net;
using System.Text;
using Freshet.Core;
using Freshet.Protocol.LocalDiscovery;

namespace Freshet.Fuzz.Targets;

/// <summary>Announces of the local network (BEP 14): few swarms, a port, a short cookie, and what is read is written and read again as the same.</summary>
public sealed class LocalDiscoveryTarget : IFuzzTarget
{
    private static readonly string[] Headers = ["Host: 239.192.152.143:6771", "Port: 6881", "port:  9", "Port: 70000", "Infohash: ", "INFOHASH:", "cookie: abc", "Cookie", ": x", ""];

    /// <inheritdoc/>
    public string Name => "lsd";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 16_384 + (16L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var text = new StringBuilder(random.Chance(0.95) ? "BT-SEARCH * HTTP/1.1\r\n" : "M-SEARCH * HTTP/1.1\r\n");
        for (int i = 0; i < random.Next(40); i++)
        {
            string header = Headers[random.Next(Headers.Length)];
            text.Append(header);
            if (header.StartsWith("Infohash", StringComparison.OrdinalIgnoreCase))
            {
                byte[] hash = new byte[random.Chance(0.9) ? 20 : random.Next(30)];
                random.NextBytes(hash);
                text.Append(Convert.ToHexString(hash));
            }

            text.Append(random.Chance(0.9) ? "\r\n" : "\n");
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (!LocalAnnounceCodec.TryParse(input, out LocalAnnounce? read))
            return;
        FuzzException.Require(read.Port is > 0 and <= 65535, "a port is a port");
        FuzzException.Require(read.Swarms.Count is > 0 and <= LocalAnnounceCodec.MaxSwarms && read.Swarms.Distinct().Count() == read.Swarms.Count, "few swarms, each once");
        FuzzException.Require(read.Cookie is null or { Length: <= 64 }, "a cookie is short");
        byte[] written = LocalAnnounceCodec.Write(read, new IPEndPoint(IPAddress.Loopback, 6771));
        FuzzException.Require(written.Length <= LocalAnnounceCodec.MaxLength, "what is written fits");
        FuzzException.Require(LocalAnnounceCodec.TryParse(written, out LocalAnnounce? again), "what is written is read");
        FuzzException.Require(again!.Port == read.Port && again.Swarms.SequenceEqual(read.Swarms) && again.Cookie == read.Cookie, "what is written says what was read");
    }
}
