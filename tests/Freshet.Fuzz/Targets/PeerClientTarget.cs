using System.Text;
using Freshet.Core;
using Freshet.Protocol.Wire;

namespace Freshet.Fuzz.Targets;

/// <summary>Peer ids and what peers call themselves: always printable, always short.</summary>
public sealed class PeerClientTarget : IFuzzTarget
{
    private static readonly string[] Ids =
    [
        "-TR4000-", "-UT341\0-", "-UW1110Q", "-KT33D1-", "-FD51Wx-", "TIX0193-", "T03I----", "M7-9-2--", "A2-1-36-0-", "exbc\0zLORD", "\0\u0003BS", "OP7685",
        "Ext ", "QVOD0054", "-BOWP05-", "Azureus\0", "\0\0RSAnonymous", "-AZ2200-", "-qB46A0-", "S58B-----",
    ];

    /// <inheritdoc/>
    public string Name => "peer-id";

    /// <inheritdoc/>
    public long AllocationLimit(int inputLength) => 32_768 + (50L * inputLength);

    /// <inheritdoc/>
    public byte[] Generate(SeededRandom random)
    {
        byte[] input = new byte[20 + (random.Chance(0.3) ? random.Next(100) : 0)];
        random.NextBytes(input);
        Encoding.Latin1.GetBytes(Ids[random.Next(Ids.Length)], input);
        return input;
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < Sha1Hash.Length)
            return;
        string? name = input.Length > Sha1Hash.Length ? Encoding.Latin1.GetString(input[Sha1Hash.Length..]) : null;
        string text = PeerClient.Describe(new PeerId(new Sha1Hash(input[..Sha1Hash.Length])), name);
        FuzzException.Require(text.Length is > 0 and <= 64, "a name is short and not empty");
        FuzzException.Require(!text.Any(char.IsControl), "a name has no control characters");
    }
}
