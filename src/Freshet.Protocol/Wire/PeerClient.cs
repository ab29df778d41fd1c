using System.Text;
using Freshet.Core;
using Freshet.Protocol.Extensions;

namespace Freshet.Protocol.Wire;

/// <summary>
/// Names a peer's client for a person, from what it calls itself (<c>v</c> of BEP 10) or from its peer id: Azureus style
/// (<c>-TR4000-</c>), Shadow style (<c>T03I----</c>), mainline style (<c>M4-3-6--</c>) and a few of their own kind (BEP 20). The text is
/// harmless whatever the peer sent (B13); it says nothing reliable, since a peer may call itself anything.
/// </summary>
public static class PeerClient
{
    private const int MaxLength = 64;

    private const int PrefixLength = 8;

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly Dictionary<char, string> ShadowClients = new()
    {
        ['A'] = "ABC",
        ['O'] = "Osprey Permaseed",
        ['Q'] = "BTQueue",
        ['R'] = "Tribler",
        ['S'] = "Shadow",
        ['T'] = "BitTornado",
        ['U'] = "UPnP NAT BitTorrent",
    };

    /// <summary>Names a client.</summary>
    /// <param name="peer">The peer id.</param>
    /// <param name="name">What the peer calls itself, or null.</param>
    /// <returns>A name and mostly a version, at most 64 characters; for an unknown client the first eight bytes of its peer id, escaped.</returns>
    public static string Describe(PeerId peer, string? name)
    {
        if (name is not null && CleanText.Read(Encoding.UTF8.GetBytes(name), MaxLength) is { } clean)
            return clean;
        ReadOnlySpan<byte> id = peer.Value.Bytes;
        return DescribeAzureus(id) ?? DescribeSpecial(id) ?? DescribeMainline(id) ?? DescribeShadow(id) ?? Escape(id[..PrefixLength]);
    }

    private static string? DescribeAzureus(ReadOnlySpan<byte> id)
    {
        // TIX is Tixati's own variant; µTorrent Web ends in a digit or letter instead of the dash.
        if (id.StartsWith("TIX"u8) && id[7] == (byte)'-')
            return $"Tixati {Number(id.Slice(3, 2))}.{Text(id.Slice(5, 2))}";
        if (id[0] != (byte)'-' || !PeerClientTable.TryFind(Text(id.Slice(1, 2)), out (string Name, VersionStyle Style) client))
            return null;
        string version = Version(id, client.Style);
        return version.Length == 0 ? client.Name : $"{client.Name} {version}";
    }

    private static string Version(ReadOnlySpan<byte> id, VersionStyle style)
    {
        ReadOnlySpan<byte> v = id.Slice(3, 4);
        // The first two characters are numbers in every style; without them there is no version to show.
        if (Digit(v[0]) is not { } a || Digit(v[1]) is not { } b)
            return "";
        string c = Digit(v[2])?.ToString() ?? "x";
        string d = Digit(v[3])?.ToString() ?? "x";
        return style switch
        {
            VersionStyle.Three => $"{a}.{b}.{c}",
            VersionStyle.Four => $"{a}.{b}.{c}.{d}",
            VersionStyle.MajorOnly => $"{a}.x",
            VersionStyle.TwoAndTwo => $"{(a * 10) + b}.{Text(v[2..])}",
            VersionStyle.OneOneTwo => $"{a}.{b}.{c}{d}",
            VersionStyle.OneTwoOne => $"{a}.{b}{c}.{d}",
            VersionStyle.UTorrent when id[7] != (byte)'-' => $"{a}.{b}.{c}{d}",
            VersionStyle.UTorrent => $"{a}.{b}.{c}{(v[3] == (byte)'B' ? " (Beta)" : "")}",
            VersionStyle.KTorrent => $"{a}.{b}{v[2] switch { (byte)'D' => $" Dev {d}", (byte)'R' => $" RC {d}", (byte)'B' => $" Beta {d}", _ => $".{c}" }}",
            VersionStyle.Transmission => TransmissionVersion(v, a, b, c),
            _ => "",
        };
    }

    private static string TransmissionVersion(ReadOnlySpan<byte> v, int a, int b, string c)
    {
        // Up to 0.82 two digits at the end, up to 3.00 one and two, since 4.0.0 three parts, each a single character.
        if (a == 0 && b == 0)
            return $"0.{Text(v[2..])}";
        string mark = v[3] is (byte)'Z' or (byte)'X' or (byte)'B' ? "+" : "";
        return a < 4 ? $"{a}.{b}{c}{mark}" : $"{a}.{b}.{c}{mark}";
    }

    private static string? DescribeSpecial(ReadOnlySpan<byte> id)
    {
        if (id.StartsWith("exbc"u8) || id.StartsWith("FUTB"u8))
            return $"{(id.Slice(6, 4).SequenceEqual("LORD"u8) ? "BitLord" : "BitComet")} {id[4]}.{id[5]:00}";
        if (id[2..4].SequenceEqual("BS"u8))
            return id[1] == 0 ? "BitSpirit" : $"BitSpirit {id[1]}.x";
        if (id[2..].StartsWith("RSAnonymous"u8) || id[2..].StartsWith("RS"u8) && id[0] == 0)
            return "Rufus";
        if (id.StartsWith("Azureus\0"u8))
            return "Azureus";
        if (id.StartsWith("AP0."u8) || id.StartsWith("AP1."u8))
            return "AllPeers";
        if (id.StartsWith("Ext "u8))
            return "External Webseed";
        if (id.StartsWith("QVOD"u8))
            return "QVOD";
        if (id.StartsWith("OP"u8) && !id.Slice(2, 4).ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return $"Opera (build {Text(id.Slice(2, 4))})";
        return id.StartsWith("-BOW"u8) ? "BitsOnWheels" : null;
    }

    /// <summary>A letter and numbers with dashes between: <c>M7-9-2--</c>; aria2 does it with two characters before: <c>A2-1-2-0-</c>.</summary>
    private static string? DescribeMainline(ReadOnlySpan<byte> id)
    {
        bool isAria2 = id.StartsWith("A2-"u8);
        string? name = isAria2 ? "aria2" : id[0] switch { (byte)'M' => "Mainline", (byte)'Q' => "Queen Bee", _ => null };
        if (name is null)
            return null;
        var version = new StringBuilder();
        int parts = 0;
        for (int at = isAria2 ? 3 : 1; parts < 3; parts++)
        {
            int digits = 0;
            while (digits < 2 && id[at + digits] is >= (byte)'0' and <= (byte)'9')
                digits++;
            if (digits == 0 || id[at + digits] != (byte)'-')
                return null;
            version.Append(parts == 0 ? "" : ".").Append(Text(id.Slice(at, digits)));
            at += digits + 1;
        }

        return $"{name} {version}";
    }

    /// <summary>A letter, up to five characters of a version, and at least two dashes.</summary>
    private static string? DescribeShadow(ReadOnlySpan<byte> id)
    {
        if (!ShadowClients.TryGetValue((char)id[0], out string? name))
            return null;
        ReadOnlySpan<byte> version = id.Slice(1, PrefixLength);
        int length = version.IndexOf("--"u8);
        if (length is < 0 or > 5)
            return null;
        var parts = new List<int>();
        foreach (byte b in version[..length])
        {
            if (Digit(b) is not { } digit)
                return null;
            parts.Add(digit);
        }

        return parts.Count == 0 ? name : $"{name} {string.Join('.', parts)}";
    }

    private static int? Digit(byte character)
    {
        int digit = Digits.IndexOf((char)character, StringComparison.Ordinal);
        return digit < 0 ? null : digit;
    }

    private static int Number(ReadOnlySpan<byte> text) => ((Digit(text[0]) ?? 0) * 10) + (Digit(text[1]) ?? 0);

    /// <summary>Letters and digits as they stand, anything else as <c>?</c>.</summary>
    private static string Text(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
            text[i] = char.IsAsciiLetterOrDigit((char)bytes[i]) ? (char)bytes[i] : '?';
        return new string(text);
    }

    private static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte b in bytes)
        {
            if (b is >= 0x21 and <= 0x7E and not (byte)'%')
                text.Append((char)b);
            else
                text.Append('%').Append(b.ToString("X2"));
        }

        return text.ToString();
    }
}
