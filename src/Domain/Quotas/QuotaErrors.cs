using System.Text.Json;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Quotas;

/// <summary>The expected failures of quota.</summary>
public static class QuotaErrors
{
    /// <summary>A limit is spent: <c>rate_limit.exceeded</c> for concurrency, else <c>quota.exceeded</c>.</summary>
    public static Error Exceeded(PlanLimit limit, DateTimeOffset now)
    {
        var resetsAt = limit.Window.ResetsAt(now);
        var (metric, window) = (Name(limit.Metric), Name(limit.Window));
        return new Error(
            ErrorKind.LimitExceeded,
            limit.Metric == QuotaMetric.Concurrency ? "rate_limit.exceeded" : "quota.exceeded",
            limit.Metric == QuotaMetric.Concurrency
                ? $"At most {limit.Amount} completions may run at the same time."
                : $"The {(limit.Key is null ? "" : "API key's ")}limit of {limit.Amount} {metric} a {window} leaves no room for this request.")
        {
            Limit = new LimitHit(metric, window, limit.Amount, resetsAt),
            RetryAfter = resetsAt - now,
        };
    }

    /// <summary>The plan does not include the model.</summary>
    public static Error ModelNotInPlan(string model) =>
        new(ErrorKind.Forbidden, "model.not_in_plan", $"Your plan does not include the model '{model}'.");

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
