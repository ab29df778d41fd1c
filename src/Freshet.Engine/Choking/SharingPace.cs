namespace Freshet.Engine.Choking;

/// <summary>
/// How much the peers of a lone source give each other beside what it could give them. Where each piece is somewhere else and they pass on many times as much as its
/// line carries, the source may stand back: it would send second copies and nobody would be done sooner (docs/choking.md).
/// <para>
/// Measured from one look to the next, all of which are equally far apart. What peers say that they have got is taken for got: those who lie can keep the source back for
/// as long as the spreading took, no longer.
/// </para>
/// </summary>
public sealed class SharingPace
{
    // What we could add is then less than a sixteenth of what the others give: by so much of what is left anybody may be later.
    private const int Many = 16;

    // Of a spreading that is over sooner it is not known what our line can do; nor is there much to win.
    private const int LeastLooks = 4;

    private long _given;
    private long _most;
    private long _came;
    private long _cameBefore;
    private int _spreading;
    private int _resting;

    /// <summary>Begins with what the source has given before.</summary>
    public SharingPace(long given) => _given = given;

    /// <summary>Whether the peers need nothing of us as long as each piece is at one of them.</summary>
    public bool IsAmple => _spreading >= LeastLooks && _resting < _spreading && _most > 0 && Math.Max(_came, _cameBefore) >= Many * _most;

    /// <summary>A peer has got a piece, from whomever.</summary>
    public void Came(int bytes) => _came += bytes;

    /// <summary>Looks at what has passed since the last look.</summary>
    /// <param name="given">What the source has given in all.</param>
    /// <param name="isSpread">Whether each piece is at some peer.</param>
    /// <returns>Whether anything was given.</returns>
    public bool Look(long given, bool isSpread)
    {
        long since = given - _given;
        _given = given;
        _most = Math.Max(_most, since);
        (_cameBefore, _came) = (_came, 0);
        if (isSpread)
            _resting++;
        else
            _spreading++;
        return since > 0;
    }
}
