using System.Text;
using Freshet.Core;

namespace Freshet.Fuzz.Targets;

/// <summary>Magnet links: what is read is within its limits, and written and read again as the same.</summary>
public sealed class MagnetTarget : IFuzzTarget
{
    private static readonly string[] Keys = ["xt", "dn", "xl", "tr", "tr.1", "ws", "x.pe", "dht", "so", "as", "xt.1", "", "."];

    private static readonly string[] Values =
    [
        "urn:btih:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd", "urn:btih:MFRGCYTBMJQWEYLCMFRGCYTBMJQWEYLC", "urn:btmh:1220abababababababababababababababababababababababababababababababab",
        "a+b%20c", "123", "http%3A%2F%2Ft.example%2F", "udp://%D0%B0.example:80", "192.0.2.1:80", "[::1]:80", "0,2,4-6", "0-100000000", "%", "%zz", "\u202Ename",
    ];

    /// <inheritdoc/>
    public string Name => "magnet";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 65_536 + (600L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        var link = new StringBuilder("magnet:?xt=").Append(Values[random.Next(3)]);
        for (int i = random.Next(10); i > 0; i--)
            link.Append('&').Append(Keys[random.Next(Keys.Length)]).Append('=').Append(Values[random.Next(Values.Length)]);
        return Encoding.UTF8.GetBytes(link.ToString());
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (!MagnetLink.TryParse(Encoding.UTF8.GetString(input), out MagnetLink? link))
            return;
        FuzzException.Require(link.Hashes.V1 is not null || link.Hashes.V2 is not null, "a link names a torrent");
        FuzzException.Require(link.Trackers.Count <= MagnetLimits.MaxTrackers && link.WebSeeds.Count <= MagnetLimits.MaxWebSeeds, "URLs are few");
        FuzzException.Require(link.Trackers.Concat(link.WebSeeds).All(static url => url.Length <= MagnetLimits.MaxUrl && Ascii.IsValid(url)), "URLs are short and in ASCII");
        FuzzException.Require(link.Peers.Concat(link.Nodes).All(static address => address.Port is > 0 and <= 65535 && Ascii.IsValid(address.Host)), "addresses are addresses");
        FuzzException.Require(link.Selection.All(static range => range.First <= range.Last && range.Last <= MagnetLimits.MaxFileIndex), "ranges are ranges");
        string text = link.ToString();
        if (text.Length > MagnetLimits.MaxLength)
            return;
        MagnetLink again = MagnetLink.Parse(text);
        FuzzException.Require(again.ToString() == text && again.Warnings.Count == 0, "what is written is read as the same");
    }
}
