using System.Runtime.InteropServices;

namespace Freshet.IO.Native;

/// <summary>Sleeping on, and waking by, a word of memory: one system call each, where .NET's own primitives need several.</summary>
internal static unsafe partial class Futex
{
    private const int WaitPrivate = 0 | 128;
    private const int WakePrivate = 1 | 128;

    public static bool IsSupported { get; } = FileCalls.IsSupported;

    private static nint Number => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 98 : 202;

    /// <summary>Sleeps while the word has this value; may return early.</summary>
    public static void Wait(int* word, int value) => _ = Call(Number, word, WaitPrivate, value, 0, 0, 0);

    /// <summary>Wakes one sleeper.</summary>
    public static void WakeOne(int* word) => _ = Call(Number, word, WakePrivate, 1, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, int* word, nint operation, nint value, nint timeout, nint word2, nint value3);
}
