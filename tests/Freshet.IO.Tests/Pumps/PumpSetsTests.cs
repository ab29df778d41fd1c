using Freshet.IO.Pumps;

namespace Freshet.IO.Tests.Pumps;

public sealed class PumpSetsTests
{
    [Theory]
    [InlineData(1, false, 1)]
    [InlineData(1, true, 1)]
    [InlineData(2, false, 1)]
    [InlineData(2, true, 2)]
    [InlineData(3, true, 2)]
    [InlineData(4, false, 2)]
    [InlineData(4, true, 2)]
    [InlineData(12, true, 6)]
    public void Half_the_cores_have_a_pump_and_each_of_two_where_all_is_encrypted(int cores, bool isAllEncrypted, int pumps)
        => Assert.Equal(pumps, PumpSets.CountFor(cores, isAllEncrypted));
}
