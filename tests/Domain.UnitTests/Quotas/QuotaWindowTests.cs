using CleanLlm.Domain.Quotas;

namespace CleanLlm.Domain.UnitTests.Quotas;

public sealed class QuotaWindowTests
{
    [TestCase(QuotaWindow.Minute, "2026-03-05T10:17:42.5Z", "2026-03-05T10:17:00Z", "2026-03-05T10:18:00Z")]
    [TestCase(QuotaWindow.Hour, "2026-03-05T10:17:42.5Z", "2026-03-05T10:00:00Z", "2026-03-05T11:00:00Z")]
    [TestCase(QuotaWindow.Day, "2026-03-05T10:17:42.5Z", "2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")]
    [TestCase(QuotaWindow.Month, "2026-03-05T10:17:42.5Z", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")]
    [TestCase(QuotaWindow.Month, "2026-12-31T23:59:59.999Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [TestCase(QuotaWindow.Month, "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")]
    [TestCase(QuotaWindow.Day, "2028-02-28T23:59:59Z", "2028-02-28T00:00:00Z", "2028-02-29T00:00:00Z")]
    [TestCase(QuotaWindow.Day, "2027-02-28T23:59:59Z", "2027-02-28T00:00:00Z", "2027-03-01T00:00:00Z")]
    [TestCase(QuotaWindow.Minute, "2026-03-05T10:18:00Z", "2026-03-05T10:18:00Z", "2026-03-05T10:19:00Z")]
    public void Period_OfAMoment_IsTheCalendarPeriodThatHoldsIt(QuotaWindow window, string moment, string start, string end)
    {
        window.PeriodStart(At(moment)).Should().Be(At(start));
        window.ResetsAt(At(moment)).Should().Be(At(end));
    }

    [TestCase("2026-04-01T01:30:00+02:00", "2026-03-01T00:00:00Z")]
    [TestCase("2026-03-31T22:30:00-05:00", "2026-04-01T00:00:00Z")]
    public void PeriodStart_OfALocalTime_IsCountedInUtc(string moment, string start)
    {
        var period = QuotaWindow.Month.PeriodStart(At(moment));

        period.Should().Be(At(start));
        period.Offset.Should().Be(TimeSpan.Zero);
    }

    [Test]
    public void Running_HasOnePeriodForAllTime_AndMayFreeInASecond()
    {
        var now = At("2026-03-05T10:17:42Z");

        QuotaWindow.Running.PeriodStart(now).Should().Be(DateTimeOffset.UnixEpoch);
        QuotaWindow.Running.ResetsAt(now).Should().Be(now.AddSeconds(1));
    }

    [Test]
    public void PeriodStart_OfAnUnknownWindow_IsABug() =>
        FluentActions.Invoking(() => ((QuotaWindow)99).PeriodStart(DateTimeOffset.UnixEpoch)).Should().Throw<ArgumentOutOfRangeException>();

    [Test]
    public void Periods_FollowEachOtherWithoutAGap() =>
        Properties.Hold<(uint Days, uint Seconds, byte Pick)>(given =>
        {
            var window = (QuotaWindow)(1 + (given.Pick % 4));
            var moment = DateTimeOffset.UnixEpoch.AddDays(given.Days % 40_000).AddSeconds(given.Seconds);
            var (start, end) = (window.PeriodStart(moment), window.ResetsAt(moment));
            return start <= moment && moment < end && window.PeriodStart(end) == end && window.ResetsAt(start) == end;
        });

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
