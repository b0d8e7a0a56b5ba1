using System.ComponentModel.DataAnnotations;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

/// <summary>One element of the section <c>Plans</c>: a plan that is created, or brought to these terms, at every start.</summary>
public sealed record PlanOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Plans";

    /// <summary>Unique name; the plan is found again by it.</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>Whether it holds for users without a plan of their own. Default false; exactly one of the configured plans must say true.</summary>
    public bool Default { get; init; }

    /// <summary>Completions a user may have running at once. Default no limit.</summary>
    [Range(1, 10_000)]
    public int? Concurrency { get; init; }

    /// <summary>Model ids that may be asked for. Default all.</summary>
    public IReadOnlyList<string> AllowedModels { get; init; } = [];

    /// <summary>Most completion tokens of one answer. Default what the model allows.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxOutputTokens { get; init; }

    /// <summary>Limits, at most one for each metric and window.</summary>
    public IReadOnlyList<PlanLimitOptions> Limits { get; init; } = [];

    internal PlanTerms Terms => new(
        Name, Default, Concurrency, AllowedModels, MaxOutputTokens, [.. Limits.Select(limit => new PlanLimit(limit.Metric, limit.Window, limit.Amount))]);
}

/// <summary>A limit of a configured plan.</summary>
public sealed record PlanLimitOptions
{
    /// <summary><c>requests</c>, <c>tokens</c> or <c>costMicros</c> (millionths of the configured currency).</summary>
    public QuotaMetric Metric { get; init; }

    /// <summary><c>minute</c>, <c>hour</c>, <c>day</c> or <c>month</c>, by the calendar in UTC.</summary>
    public QuotaWindow Window { get; init; }

    /// <summary>The most that may be used in the window.</summary>
    [Range(0, long.MaxValue)]
    public long Amount { get; init; }
}
