using Freshet.Core;

namespace Freshet.Tests;

public sealed class WeeklyScheduleTests
{
    // A Monday.
    private static readonly DateTime Monday = new(2026, 11, 16, 0, 0, 0, DateTimeKind.Unspecified);

    [Theory]
    [InlineData("mon-fri 09:00-17:30", 0, "09:00", true)]
    [InlineData("mon-fri 09:00-17:30", 0, "08:59", false)]
    [InlineData("mon-fri 09:00-17:30", 4, "17:29", true)]
    [InlineData("mon-fri 09:00-17:30", 4, "17:30", false)]
    [InlineData("mon-fri 09:00-17:30", 5, "12:00", false)]
    [InlineData("daily 22:00-06:00", 0, "23:59", true)]
    [InlineData("daily 22:00-06:00", 1, "05:59", true)]
    [InlineData("daily 22:00-06:00", 1, "06:00", false)]
    [InlineData("fri 22:00-06:00", 4, "22:00", true)]
    [InlineData("fri 22:00-06:00", 5, "03:00", true)]
    [InlineData("fri 22:00-06:00", 4, "03:00", false)]
    [InlineData("sun 22:00-06:00", 0, "03:00", true)]
    [InlineData("fri-mon 10:00-11:00", 6, "10:30", true)]
    [InlineData("fri-mon 10:00-11:00", 0, "10:30", true)]
    [InlineData("fri-mon 10:00-11:00", 2, "10:30", false)]
    [InlineData("sat,sun 00:00-24:00", 6, "23:59", true)]
    [InlineData("sat,sun 00:00-24:00", 0, "00:00", false)]
    [InlineData("mon 08:00-08:00", 1, "07:59", true)]
    [InlineData("mon 08:00-08:00", 1, "08:00", false)]
    [InlineData("MON 09:00-10:00; tue,thu-sat 11:00-12:00", 4, "11:59", true)]
    [InlineData("MON 09:00-10:00; tue,thu-sat 11:00-12:00", 2, "11:59", false)]
    public void A_time_is_in_a_period_or_not(string text, int daysAfterMonday, string time, bool expected)
    {
        WeeklySchedule schedule = WeeklySchedule.Parse(text);
        Assert.Equal(expected, schedule.Contains(Monday.AddDays(daysAfterMonday) + TimeSpan.Parse(time, null)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mon")]
    [InlineData("09:00-17:00")]
    [InlineData("mon 9-17")]
    [InlineData("mon 09:00")]
    [InlineData("mon 09:00-25:00")]
    [InlineData("mon 24:00-09:00")]
    [InlineData("mon 09:60-10:00")]
    [InlineData("mon 09:00-24:01")]
    [InlineData("mon -9:00-10:00")]
    [InlineData("monday 09:00-10:00")]
    [InlineData("mon-tue-wed 09:00-10:00")]
    [InlineData("mon, 09:00-10:00")]
    [InlineData("mon 09:00-10:00;")]
    [InlineData("mon 09:00-10:00 tue 11:00-12:00")]
    [InlineData(null)]
    public void What_is_no_schedule_is_refused(string? text)
    {
        Assert.False(WeeklySchedule.TryParse(text, out _));
        if (text is not null)
            Assert.Throws<FormatException>(() => WeeklySchedule.Parse(text));
    }

    [Fact]
    public void More_periods_than_any_week_has_are_refused()
        => Assert.False(WeeklySchedule.TryParse(string.Join(';', Enumerable.Repeat("mon 09:00-10:00", 101)), out _));

    [Fact]
    public void What_is_written_is_read_as_the_same()
    {
        var random = new SeededRandom(3);
        string[] names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        for (int i = 0; i < 200; i++)
        {
            string text = string.Join("; ", Enumerable.Range(0, 1 + random.Next(4)).Select(_ =>
            {
                int start = random.Next(24 * 60), end = random.Next((24 * 60) + 1);
                return $"{names[random.Next(7)]}-{names[random.Next(7)]} {start / 60:00}:{start % 60:00}-{end / 60:00}:{end % 60:00}";
            }));
            WeeklySchedule schedule = WeeklySchedule.Parse(text);
            WeeklySchedule again = WeeklySchedule.Parse(schedule.ToString());
            Assert.Equal(schedule, again);
            for (int j = 0; j < 50; j++)
            {
                DateTime time = Monday.AddMinutes(random.Next(7 * 24 * 60));
                Assert.Equal(schedule.Contains(time), again.Contains(time));
            }
        }
    }
}
