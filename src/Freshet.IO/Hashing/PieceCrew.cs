using System.Runtime.ExceptionServices;
using Freshet.Abstractions;
using Freshet.Core;
using Freshet.IO.Disk;

namespace Freshet.IO.Hashing;

/// <summary>Hashes all pieces of stored content on several threads, without a session: what making a torrent and verifying one have in common.</summary>
/// <param name="location">The files and where they lie.</param>
/// <param name="sides">Which hashes are wanted.</param>
/// <param name="progress">Told, from any of the threads, the bytes done so far.</param>
/// <param name="cancellation">Gives up within half a megabyte a thread.</param>
internal sealed class PieceCrew(StorageLocation location, PieceSides sides, Action<long>? progress, CancellationToken cancellation) : IHashWatch
{
    /// <summary>A thread takes so much at a time where pieces are short: a long run for the disk.</summary>
    private const int LeastBytes = 8 * 1024 * 1024;

    private Exception? _failure;
    private int _next;
    private long _done;

    /// <summary>Takes the answers of consecutive pieces; called from several threads, for each piece once.</summary>
    public delegate void Taker(PieceIndex first, ReadOnlySpan<StoredPiece> pieces);

    /// <inheritdoc/>
    bool IHashWatch.IsCancelled => cancellation.IsCancellationRequested || Volatile.Read(ref _failure) is not null;

    /// <summary>Hashes everything; returns when it is done. Call it once.</summary>
    /// <param name="files">The open storage.</param>
    /// <param name="threads">The number of threads; one a core where it is 0.</param>
    /// <param name="take">Takes the answers; what it throws ends the work, and is thrown.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(ITorrentStorage files, int threads, Taker take)
    {
        int pieces = location.Layout.PieceCount;
        int crew = Math.Clamp(threads > 0 ? threads : Environment.ProcessorCount, 1, Math.Max(1, pieces));

        // Enough to hash together and to read in one go, but no thread is to be without where there are few.
        int share = Math.Clamp(Math.Max(StoredPieceHasher.PiecesTogether, LeastBytes / Math.Max(1, location.Layout.PieceLength)), 1, Math.Max(1, (pieces + crew - 1) / crew));
        var others = new Thread[crew - 1];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(Work) { Name = "Freshet hash", IsBackground = true };
            others[i].Start();
        }

        Work();
        foreach (Thread other in others)
            other.Join();
        cancellation.ThrowIfCancellationRequested();
        if (_failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);

        void Work()
        {
            try
            {
                HashShares(files, share, take);
            }
            catch (Exception exception)
            {
                // Said once, by the caller's thread.
                Interlocked.CompareExchange(ref _failure, exception, null);
            }
        }
    }

    /// <inheritdoc/>
    void IHashWatch.Advanced(long bytes) => progress?.Invoke(Interlocked.Add(ref _done, bytes));

    private void HashShares(ITorrentStorage files, int share, Taker take)
    {
        using var buffer = new ReadBuffer();
        using var hasher = new StoredPieceHasher(buffer);
        using var holder = new FileHolder(files);
        var answers = new StoredPiece[share];
        while (true)
        {
            int first = Interlocked.Add(ref _next, share) - share;
            if (first < 0 || first >= location.Layout.PieceCount)
                return;
            Span<StoredPiece> pieces = answers.AsSpan(0, Math.Min(share, location.Layout.PieceCount - first));
            pieces.Clear();
            if (!hasher.Hash(new PieceRun(new PieceReader(files, location.Layout, holder), new PieceIndex(first), pieces, this, sides)))
                return;
            take(new PieceIndex(first), pieces);
        }
    }
}
