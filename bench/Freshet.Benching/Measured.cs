namespace Freshet.Benching;

/// <summary>What one process used from its start to its end.</summary>
/// <param name="Wall">Seconds.</param>
/// <param name="Cpu">User and system seconds, children counted.</param>
/// <param name="AnonymousMiB">The most private memory seen (RssAnon).</param>
internal sealed record Measured(double Wall, double Cpu, double AnonymousMiB);
