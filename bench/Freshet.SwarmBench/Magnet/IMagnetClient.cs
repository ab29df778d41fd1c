namespace Freshet.SwarmBench.Magnet;

/// <summary>
/// Downloads what one magnet link names, and two seconds later in the same session what another does, until each has payload. Says when: "session", "metadata" and "payload", and
/// "session-2" and so on, each with the seconds of the monotonic clock. Ends with its input.
/// </summary>
internal interface IMagnetClient : IClient
{
    string[] Magnet(string target, string address, string router, string first, string second);
}
