namespace Freshet.Protocol.Utp.Congestion;

/// <summary>The greatest of the last rounds, by three candidates in place of all samples: the best, the best after it, and the best after that.</summary>
internal struct WindowedMaximum(int rounds)
{
    private Candidate _first;
    private Candidate _second;
    private Candidate _third;

    /// <summary>The greatest.</summary>
    public readonly double Value => _first.Value;

    /// <summary>Takes a sample.</summary>
    public void Add(double value, int round)
    {
        var sample = new Candidate(value, round);
        if (value >= _first.Value || round - _third.Round > rounds)
        {
            _first = _second = _third = sample;
            return;
        }

        if (value >= _second.Value)
            _second = _third = sample;
        else if (value >= _third.Value)
            _third = sample;

        if (round - _first.Round > rounds)
        {
            (_first, _second, _third) = (_second, _third, sample);
            if (round - _first.Round > rounds)
                (_first, _second) = (_second, _third);
        }
        else if (_second.Round == _first.Round && round - _second.Round > rounds / 4)
        {
            // A quarter of the window without a second best of its own: from here on one is kept, for the day when the best grows old.
            _second = _third = sample;
        }
        else if (_third.Round == _second.Round && round - _third.Round > rounds / 2)
        {
            _third = sample;
        }
    }

    /// <summary>Forgets all but this.</summary>
    public void Reset(double value, int round) => _first = _second = _third = new Candidate(value, round);

    private readonly record struct Candidate(double Value, int Round);
}
