using System.Net;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.Engine.Dht;
using Freshet.Engine.Session;
using Freshet.IO.Loop;
using Freshet.IO.Native;
using Freshet.Protocol.Dht;

namespace Freshet;

/// <summary>Asks the DHT by the nodes of a loop, a session's or a client's, from any thread.</summary>
internal sealed class DhtQuestions(EngineLoop loop, LocalNodes nodes)
{
    /// <summary>Whoever signs and checks signatures.</summary>
    /// <exception cref="FreshetException">This machine cannot.</exception>
    public static IEd25519 Signatures => Ed25519.Available
        ?? throw new FreshetException(FreshetError.Other, "Mutable items need signatures, and OpenSSL's libcrypto (1.1.1 or later), which makes them, is not installed.");

    /// <summary>Asks something, and waits for all of the answer.</summary>
    /// <param name="begin">Asks it; on the loop's thread.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="found">Told of peers as they come; null: nobody.</param>
    public async Task<DhtRun> RunAsync(
        Func<DhtNodes, DhtRun, MonoTime, DhtOperation> begin, CancellationToken cancellationToken, Action<IReadOnlyList<IPEndPoint>>? found = null)
    {
        var run = new DhtRun(found);
        await loop.InvokeAsync(now =>
        {
            run.Operation = begin(nodes.All, run, now);
            nodes.Called(now);
            return true;
        }).ConfigureAwait(false);
        try
        {
            await run.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
            return run;
        }
        catch (OperationCanceledException)
        {
            loop.Post(run.Cancel);
            throw;
        }
    }

    /// <summary>Looks for the newest item of a key.</summary>
    /// <exception cref="FreshetException">This machine can check no signatures.</exception>
    public Task<DhtRun> GetAsync(ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> salt, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, IEd25519.PublicKeyBytes, nameof(publicKey));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(salt.Length, DhtLimits.MaxSalt, nameof(salt));
        _ = Signatures;
        return RunAsync((all, run, now) => all.GetItem(publicKey, salt, run, now), cancellationToken);
    }

    /// <summary>Puts an item.</summary>
    /// <param name="item">The item, signed where it is mutable.</param>
    /// <param name="expected">The number that the item must have so far, or the nodes refuse; null: any lower one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<DhtRun> PutAsync(DhtItem item, long? expected, CancellationToken cancellationToken)
        => RunAsync((all, run, now) => all.PutItem(item, expected, run, now), cancellationToken);
}
