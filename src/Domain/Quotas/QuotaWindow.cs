namespace CleanLlm.Domain.Quotas;

/// <summary>Over what time a limit counts: fixed calendar windows in UTC.</summary>
public enum QuotaWindow
{
    /// <summary>Not a time: only what runs now counts.</summary>
    Running = 0,

    /// <summary>A calendar minute.</summary>
    Minute = 1,

    /// <summary>A calendar hour.</summary>
    Hour = 2,

    /// <summary>A calendar day.</summary>
    Day = 3,

    /// <summary>A calendar month.</summary>
    Month = 4,
}

/// <summary>The calendar of <see cref="QuotaWindow"/>.</summary>
public static class QuotaWindows
{
    /// <summary>When the period that holds <paramref name="moment"/> began; the Unix epoch for <see cref="QuotaWindow.Running"/>.</summary>
    public static DateTimeOffset PeriodStart(this QuotaWindow window, DateTimeOffset moment)
    {
        var utc = moment.ToUniversalTime();
        return window switch
        {
            QuotaWindow.Running => DateTimeOffset.UnixEpoch,
            QuotaWindow.Minute => new(utc.Year, utc.Month, utc.Day, utc.Hour, utc.Minute, 0, TimeSpan.Zero),
            QuotaWindow.Hour => new(utc.Year, utc.Month, utc.Day, utc.Hour, 0, 0, TimeSpan.Zero),
            QuotaWindow.Day => new(utc.Year, utc.Month, utc.Day, 0, 0, 0, TimeSpan.Zero),
            QuotaWindow.Month => new(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero),
            _ => throw new ArgumentOutOfRangeException(nameof(window), window, message: null),
        };
    }

    /// <summary>When the next period begins; one second from now for <see cref="QuotaWindow.Running"/>, which frees at any time.</summary>
    public static DateTimeOffset ResetsAt(this QuotaWindow window, DateTimeOffset moment)
    {
        var start = window.PeriodStart(moment);
        return window switch
        {
            QuotaWindow.Running => moment.AddSeconds(1),
            QuotaWindow.Minute => start.AddMinutes(1),
            QuotaWindow.Hour => start.AddHours(1),
            QuotaWindow.Day => start.AddDays(1),
            _ => start.AddMonths(1),
        };
    }
}
