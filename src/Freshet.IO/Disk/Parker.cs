using System.Runtime.InteropServices;
using Freshet.IO.Native;

namespace Freshet.IO.Disk;

/// <summary>
/// Where one thread sleeps until another wakes it. A wake-up that comes first is kept, so none is lost; waking a thread that is not
/// asleep costs no system call.
/// </summary>
internal sealed unsafe class Parker : IDisposable
{
    private const int Asleep = -1;
    private const int Idle = 0;
    private const int Woken = 1;

    private readonly int* _state = (int*)NativeMemory.AllocZeroed(sizeof(int));
    private readonly SemaphoreSlim? _portable = Futex.IsSupported ? null : new SemaphoreSlim(0);

    /// <summary>Sleeps until <see cref="Wake"/>; by the owning thread only.</summary>
    public void Sleep()
    {
        if (Interlocked.Decrement(ref *_state) == Idle)
            return;
        while (true)
        {
            if (_portable is not null)
                _portable.Wait();
            else if (OperatingSystem.IsLinux())
                Futex.Wait(_state, Asleep);
            if (Interlocked.CompareExchange(ref *_state, Idle, Woken) == Woken)
                return;
        }
    }

    /// <summary>Ends the present sleep, or the next.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref *_state, Woken) != Asleep)
            return;
        if (_portable is not null)
            _portable.Release();
        else if (OperatingSystem.IsLinux())
            Futex.WakeOne(_state);
    }

    /// <summary>Frees the word; nobody may sleep or wake any more.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_state);
        _portable?.Dispose();
    }
}
