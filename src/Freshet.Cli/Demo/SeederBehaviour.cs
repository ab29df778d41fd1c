namespace Freshet.Cli.Demo;

/// <summary>What a seeder of the demo is like.</summary>
/// <param name="Title">Its name for a person.</param>
/// <param name="BytesPerSecond">What it sends at most.</param>
/// <param name="LeavesAfter">After how many bytes it goes away for good, or null.</param>
/// <param name="CorruptsEvery">One block in this many has a wrong byte; 0: none.</param>
internal sealed record SeederBehaviour(string Title, long BytesPerSecond, long? LeavesAfter = null, int CorruptsEvery = 0);
