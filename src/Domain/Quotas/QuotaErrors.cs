using System.Text.Json;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Quotas;

/// <summary>The expected failures of quota.</summary>
public static class QuotaErrors
{
    /// <summary>What <see cref="Reserved"/> is named by.</summary>
    public const string ReservedCode = "quota.reserved";

    // Answers take seconds; a caller that returns sooner mostly finds the same ones running.
    private static readonly TimeSpan ShortWhile = TimeSpan.FromSeconds(5);

    /// <summary>A limit is spent: <c>rate_limit.exceeded</c> for concurrency, else <c>quota.exceeded</c>.</summary>
    public static Error Exceeded(PlanLimit limit, DateTimeOffset now)
    {
        var hit = Hit(limit, now);
        return new Error(
            ErrorKind.LimitExceeded,
            limit.Metric == QuotaMetric.Concurrency ? "rate_limit.exceeded" : "quota.exceeded",
            limit.Metric == QuotaMetric.Concurrency
                ? $"At most {limit.Amount} completions may run at the same time."
                : $"The {Named(limit)} leaves no room for this request.")
        {
            Limit = hit,
            RetryAfter = hit.ResetsAt - now,
        };
    }

    /// <summary>Only the holds of others leave too little of a limit; they return what they do not use when they end.</summary>
    public static Error Reserved(PlanLimit limit, DateTimeOffset now) => new(
        ErrorKind.LimitExceeded, ReservedCode, $"Running completions hold the rest of the {Named(limit)}; the part they do not use becomes free when they end.")
    {
        Limit = Hit(limit, now),
        RetryAfter = ShortWhile,
    };

    /// <summary>The plan does not include the model.</summary>
    public static Error ModelNotInPlan(string model) =>
        new(ErrorKind.Forbidden, "model.not_in_plan", $"Your plan does not include the model '{model}'.");

    private static string Named(PlanLimit limit) =>
        $"{(limit.Key is null ? "" : "API key's ")}limit of {limit.Amount} {Name(limit.Metric)} a {Name(limit.Window)}";

    private static LimitHit Hit(PlanLimit limit, DateTimeOffset now) =>
        new(Name(limit.Metric), Name(limit.Window), limit.Amount, limit.Window.ResetsAt(now));

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
