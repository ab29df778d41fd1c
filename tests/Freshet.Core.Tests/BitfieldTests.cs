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
}
