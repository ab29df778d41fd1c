using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>The pumps of a session as its loop sees them. All but <see cref="Wake"/> is called by the loop's thread alone.</summary>
internal interface IPumpSet : IDisposable
{
    /// <summary>Notes something to be done; nothing is done before <see cref="Flush"/>.</summary>
    void Send(in PeerCommand command);

    /// <summary>Has what was noted done, with one send a connection.</summary>
    void Flush();

    /// <summary>Hands the engine what happened on connections since the last time.</summary>
    /// <returns>Whether more is there already, so that there is nothing to wait for.</returns>
    bool Deliver(IEngine engine, MonoTime now);

    /// <summary>Waits until something happens on a connection, <see cref="Wake"/> is called or the deadline is there; in the past: does not wait.</summary>
    /// <param name="deadline">How long to wait.</param>
    /// <param name="mayRead">Whether peers may be read. Where not, and the pump shares a core with the workers, their bytes stay in the sockets.</param>
    void Wait(MonoTime deadline, bool mayRead);

    /// <summary>Ends a <see cref="Wait"/>, or the next one. From any thread.</summary>
    void Wake();
}
