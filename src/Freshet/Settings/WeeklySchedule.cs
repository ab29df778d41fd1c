using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Freshet;

/// <summary>
/// Times of the week, by the wall clock: some days each with a start and an end. As text: <c>mon-fri 09:00-17:30; sat,sun 22:00-06:00</c>. An end that is not
/// after its start is on the next day, so that <c>22:00-06:00</c> goes through the night that begins on the named day; <c>00:00-24:00</c> is a whole day. Where
/// the clock is put forward or back, what it shows counts: an hour that is skipped is not there, one that comes twice counts twice.
/// </summary>
public sealed class WeeklySchedule : IEquatable<WeeklySchedule>
{
    private const int MinutesPerDay = 24 * 60;
    private const int DaysPerWeek = 7;

    /// <summary>More than anybody's week has; a bound for text of any origin.</summary>
    private const int MaxPeriods = 100;

    // From Monday on, as people write weeks.
    private static readonly string[] DayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    private readonly Period[] _periods;

    private WeeklySchedule(Period[] periods) => _periods = periods;

    /// <summary>What <see cref="TryParse"/> understands, in a few words.</summary>
    public static string Help => "like \"mon-fri 09:00-17:30\" or \"daily 22:00-06:00; sat,sun 00:00-24:00\"";

    /// <summary>
    /// Reads times of the week: periods with <c>;</c> between them, each of days (<c>mon</c> … <c>sun</c>, with <c>,</c> between them, or ranges like <c>fri-mon</c>, or
    /// <c>daily</c>), a space, and <c>HH:MM-HH:MM</c>. Case does not matter.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out WeeklySchedule? schedule)
    {
        schedule = null;
        string[] parts = (text ?? "").Split(';', StringSplitOptions.TrimEntries);
        var periods = new Period[parts.Length];
        if (parts.Length > MaxPeriods)
            return false;
        for (int i = 0; i < parts.Length; i++)
        {
            string[] words = parts[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 2 || !TryParseDays(words[0], out int days) || !TryParseTimes(words[1], out int start, out int end))
                return false;
            periods[i] = new Period(days, start, end);
        }

        schedule = new WeeklySchedule(periods);
        return true;
    }

    /// <summary>Reads times of the week.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static WeeklySchedule Parse(string text)
        => TryParse(text, out WeeklySchedule? schedule) ? schedule : throw new FormatException($"'{text}' is no weekly schedule; it is written {Help}.");

    /// <summary>Whether a time of the wall clock is in one of the periods; each begins with its start and ends before its end.</summary>
    public bool Contains(DateTime localTime)
    {
        int day = ((int)localTime.DayOfWeek + DaysPerWeek - 1) % DaysPerWeek;
        int minute = (localTime.Hour * 60) + localTime.Minute;
        foreach (Period period in _periods)
        {
            if (period.Contains(day, minute))
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public bool Equals(WeeklySchedule? other) => other is not null && _periods.AsSpan().SequenceEqual(other._periods);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WeeklySchedule);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_periods.Length, _periods[0]);

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => string.Join("; ", _periods);

    private static bool TryParseDays(string text, out int days)
    {
        days = 0;
        if (text.Equals("daily", StringComparison.OrdinalIgnoreCase))
        {
            days = (1 << DaysPerWeek) - 1;
            return true;
        }

        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            int first = DayOf(ends[0]), last = DayOf(ends[^1]);
            if (ends.Length > 2 || first < 0 || last < 0)
                return false;
            for (int day = first; ; day = (day + 1) % DaysPerWeek)
            {
                days |= 1 << day;
                if (day == last)
                    break;
            }
        }

        return true;
    }

    private static int DayOf(string name) => Array.FindIndex(DayNames, day => day.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool TryParseTimes(string text, out int start, out int end)
    {
        end = 0;
        string[] ends = text.Split('-');
        return TryParseTime(ends[0], out start) && ends.Length == 2 && TryParseTime(ends[1], out end) && start < MinutesPerDay;
    }

    private static bool TryParseTime(string text, out int minutes)
    {
        minutes = 0;
        string[] parts = text.Split(':');
        if (parts.Length != 2 || parts[1].Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int hour)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minute))
        {
            return false;
        }

        minutes = (hour * 60) + minute;
        return minute < 60 && hour <= 24 && minutes <= MinutesPerDay;
    }

    /// <summary>Some days from a start to an end, in minutes of the day; one bit a day, the lowest for Monday.</summary>
    private readonly record struct Period(int Days, int Start, int End)
    {
        public bool Contains(int day, int minute)
        {
            bool isDay = Has(day);
            if (End > Start)
                return isDay && minute >= Start && minute < End;
            int yesterday = (day + DaysPerWeek - 1) % DaysPerWeek;
            return (isDay && minute >= Start) || (Has(yesterday) && minute < End);
        }

        public override string ToString()
        {
            var text = new StringBuilder();
            for (int day = 0; day < DaysPerWeek; day++)
            {
                if (Has(day))
                    text.Append(text.Length == 0 ? "" : ",").Append(DayNames[day]);
            }

            return text.Append(CultureInfo.InvariantCulture, $" {Start / 60:00}:{Start % 60:00}-{End / 60:00}:{End % 60:00}").ToString();
        }

        private bool Has(int day) => (Days & (1 << day)) != 0;
    }
}
