namespace Freshet.Engine.Reuse;

/// <summary>How far other torrents can give a piece. Filler counts as there: it is zero everywhere.</summary>
/// <param name="IsShared">Whether every byte lies in a file that is taken from somewhere.</param>
/// <param name="IsTrusted">Whether each of these files is known to be the same.</param>
/// <param name="IsThere">Whether all of it is there to be taken.</param>
/// <param name="IsMoving">Whether a part of it that is not there is being fetched. The rest may wait for us: then it is ours to fetch once that part is there.</param>
/// <param name="HasSome">Whether some bytes of a file that is known to be the same are there.</param>
/// <param name="HasUntried">Whether some bytes are there of a file that is not known to be the same, and that is being fetched.</param>
/// <param name="MayTry">Whether no file of it that is not known to be the same is being tried already.</param>
internal readonly record struct PieceCover(bool IsShared, bool IsTrusted, bool IsThere, bool IsMoving, bool HasSome, bool HasUntried, bool MayTry)
{
    /// <summary>Whether no peer is to be asked for it. What is there is tried at once, so that a file which is another after all does not hold it for long.</summary>
    public bool MayHold => IsShared && (IsThere || (IsTrusted && IsMoving));
}
