using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.Engine.Discovery;

/// <summary>Is told what happens on the way of a question to its answer; for whoever looks for the fault in a tracker.</summary>
public interface ITrackerTrace
{
    /// <summary>Over UDP: the tracker has given a connection id, after so many packets.</summary>
    void Connected(int packets, MonoTime now);

    /// <summary>Over HTTP: an exchange ended, a redirect or not.</summary>
    void Fetched(HttpFetchResult result, MonoTime now);

    /// <summary>Over HTTP: a redirect is followed, or not.</summary>
    /// <param name="to">Where it leads; null where that is not followed.</param>
    /// <param name="refusal">Why it is not followed; null where it is.</param>
    /// <param name="now">The time.</param>
    void Redirected(Uri? to, string? refusal, MonoTime now);
}
