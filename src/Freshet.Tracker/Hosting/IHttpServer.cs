using Freshet.Tracker.Answering;

namespace Freshet.Tracker.Hosting;

/// <summary>Listens for connections and answers their requests, on Linux or anywhere.</summary>
internal interface IHttpServer : IDisposable
{
    TrackerCounters Counters { get; }

    /// <summary>Connections that are open.</summary>
    int Connections { get; }

    void Start();
}
