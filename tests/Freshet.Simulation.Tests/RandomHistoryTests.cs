namespace Freshet.Simulation.Tests;

/// <summary>
/// Whatever a user, the network, the disk and the power company do in whatever order: the checks hold all the time, and when it is over the download ends
/// whole.
/// </summary>
public sealed class RandomHistoryTests
{
    private const int Seeds = 40;

    [Fact]
    public void Any_history_of_commands_and_troubles_ends_complete() => Scenario.Play(Seeds, static swarm => new RandomHistory(swarm).Play());
}
