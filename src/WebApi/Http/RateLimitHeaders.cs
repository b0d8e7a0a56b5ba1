using System.Globalization;
using System.Text;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.WebApi.Http;

/// <summary>Tells a caller the state of their limits, as draft-ietf-httpapi-ratelimit-headers-10 says.</summary>
internal static class RateLimitHeaders
{
    // Enough for a plan with four limits.
    private const int LikelyLength = 160;

    public static void Write(HttpResponse response, IReadOnlyList<QuotaLimitDto> limits, DateTimeOffset now)
    {
        if (limits.Count == 0)
            return;

        var (policy, state) = (new StringBuilder(LikelyLength), new StringBuilder(LikelyLength));
        foreach (var limit in limits)
        {
            var separator = policy.Length == 0 ? "" : ", ";
            var name = (limit.IsOfKey ? "key-" : "") + Name(limit.Metric, limit.Window);
            policy.Append(CultureInfo.InvariantCulture, $"{separator}\"{name}\";q={limit.Limit}");
            // An integer (RFC 9651, 3.3.1): what is left of a millionth of the currency is no whole one.
            state.Append(CultureInfo.InvariantCulture, $"{separator}\"{name}\";r={decimal.Floor(limit.Remaining)}");
            if (limit.Window == QuotaWindow.Running)
                continue;
            policy.Append(CultureInfo.InvariantCulture, $";w={Seconds(limit.ResetsAt - limit.Window.PeriodStart(now))}");
            state.Append(CultureInfo.InvariantCulture, $";t={Seconds(limit.ResetsAt - now)}");
        }

        response.Headers["RateLimit-Policy"] = policy.ToString();
        response.Headers["RateLimit"] = state.ToString();
    }

    private static long Seconds(TimeSpan time) => Math.Max(0, (long)Math.Ceiling(time.TotalSeconds));

    private static string Name(QuotaMetric metric, QuotaWindow window) => metric switch
    {
        QuotaMetric.Concurrency => "concurrency",
        QuotaMetric.Requests => "requests-" + Name(window),
        QuotaMetric.Tokens => "tokens-" + Name(window),
        _ => "cost-" + Name(window),
    };

    private static string Name(QuotaWindow window) => window switch
    {
        QuotaWindow.Minute => "minute",
        QuotaWindow.Hour => "hour",
        QuotaWindow.Day => "day",
        _ => "month",
    };
}
