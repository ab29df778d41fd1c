namespace Freshet.Simulator.World;

/// <summary>A check failed in a simulated world. The message names the seed and shows what happened last.</summary>
public sealed class SimulationException : Exception
{
    /// <summary>Says what is wrong.</summary>
    public SimulationException(SimWorld world, string message)
        : base($"seed {world.Seed} at {world.Now}: {message}\n{string.Join('\n', world.Trace.Lines.TakeLast(60))}")
    {
    }
}
