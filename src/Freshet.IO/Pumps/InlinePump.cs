using System.Runtime.InteropServices;
using Freshet.Abstractions;
using Freshet.Core;

namespace Freshet.IO.Pumps;

/// <summary>One pump on the loop's own thread: commands and events pass through a list each and no other thread.</summary>
internal sealed class InlinePump : IPumpSet
{
    private readonly PeerPump _pump;
    private readonly List<PeerCommand> _commands = [];

    public InlinePump(PeerPump pump) => _pump = pump;

    /// <inheritdoc/>
    public void Send(in PeerCommand command) => _commands.Add(command);

    /// <inheritdoc/>
    public void Flush()
    {
        foreach (ref readonly PeerCommand command in CollectionsMarshal.AsSpan(_commands))
            _pump.Execute(command);
        _commands.Clear();
        _pump.Flush();
    }

    /// <inheritdoc/>
    public bool Deliver(IEngine engine, MonoTime now)
    {
        foreach (ref readonly PeerEvent peerEvent in _pump.Events.Events)
            engine.Handle(peerEvent, now);
        _pump.Events.Clear();
        return false;
    }

    /// <inheritdoc/>
    public void Wait(MonoTime deadline, bool mayRead) => _pump.Poll(deadline, mayRead);

    /// <inheritdoc/>
    public void Wake() => _pump.Wake();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ref readonly PeerCommand command in CollectionsMarshal.AsSpan(_commands))
            _pump.Execute(command);
        _commands.Clear();
        _pump.Dispose();
        _pump.DropEvents();
    }
}
