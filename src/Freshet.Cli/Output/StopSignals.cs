using System.Runtime.InteropServices;

namespace Freshet.Cli.Output;

/// <summary>Ctrl-C, SIGTERM and SIGHUP: the first asks for a clean end, the second ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    /// <summary>Begins to listen for signals.</summary>
    /// <param name="streams">Where a test asks for the end.</param>
    /// <param name="onHangUp">What SIGHUP does in place of ending, as servers have it; null: it ends.</param>
    public StopSignals(Streams streams, Action? onHangUp = null)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(streams.Interrupt ?? CancellationToken.None);
        if (streams.Interrupt is not null)
            return;
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, signal == PosixSignal.SIGHUP && onHangUp is not null ? OnHangUp : OnSignal));

        void OnHangUp(PosixSignalContext context)
        {
            context.Cancel = true;
            onHangUp();
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
            Environment.Exit(signal.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Terminated);
        _stop.Cancel();
    }
}
