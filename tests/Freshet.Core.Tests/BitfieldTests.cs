namespace Freshet.Core.Tests;

public sealed class BitfieldTests
{
    [Fact]
    public void Wire_form_puts_the_first_piece_into_the_highest_bit()
    {
        var bitfield = new Bitfield(10) { [0] = true, [9] = true };
        Assert.Equal([0x80, 0x40], bitfield.ToArray());
        Assert.True(Bitfield.TryParse([0x80, 0x40], 10, out Bitfield? parsed));
        Assert.Equal(2, parsed!.Count);
        Assert.True(parsed[9]);
    }

    [Fact]
    public void A_set_spare_bit_is_refused() => Assert.False(Bitfield.TryParse([0x80, 0x20], 10, out _));

    [Fact]
    public void Wire_form_is_right_bit_by_bit_at_every_length()
    {
        var random = new SeededRandom(1);
        for (int length = 0; length < 200; length++)
        {
            var bitfield = new Bitfield(length);
            byte[] expected = new byte[(length + 7) / 8];
            for (int i = 0; i < length; i++)
            {
                bitfield[i] = random.Chance(0.5);
                expected[i / 8] |= (byte)(bitfield[i] ? 0x80 >> (i % 8) : 0);
            }

            Assert.Equal(expected, bitfield.ToArray());
            Assert.True(Bitfield.TryParse(expected, length, out Bitfield? parsed));
            Assert.Equal(bitfield.Words.ToArray(), parsed!.Words.ToArray());
            Assert.Equal(bitfield.Count, parsed.Count);
        }
    }
}
