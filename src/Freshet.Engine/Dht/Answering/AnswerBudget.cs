using Freshet.Core;

namespace Freshet.Engine.Dht.Answering;

/// <summary>The bytes that may go out in answers: what has gathered at the set rate, two seconds of it at the most. What does not fit is not sent at all.</summary>
internal sealed class AnswerBudget(MonoTime start)
{
    private const int Seconds = 2;

    private MonoTime _filledAt = start - TimeSpan.FromSeconds(Seconds);
    private double _bytes;

    /// <summary>Whether an answer may go out. It may be longer than what is left: that is owed then.</summary>
    public bool HasRoom(int rate, MonoTime now)
    {
        if (rate <= 0)
            return true;
        _bytes = Math.Min(rate * (double)Seconds, _bytes + (rate * (now - _filledAt).TotalSeconds));
        _filledAt = now;
        return _bytes > 0;
    }

    public void Take(int bytes) => _bytes -= bytes;
}
