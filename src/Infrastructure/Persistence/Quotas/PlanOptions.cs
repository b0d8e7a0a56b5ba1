using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Application.Settings;
using CleanLlm.Domain.Prompting;
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

    /// <summary>Whether what models say while they reason is kept with their answers. Default false.</summary>
    public bool StoreReasoning { get; init; }

    /// <summary>Limits, at most one for each metric and window.</summary>
    public IReadOnlyList<PlanLimitOptions> Limits { get; init; } = [];

    /// <summary>How often its users may call, at most one for each class of requests. Default those of the section <c>RateLimiting</c>.</summary>
    public IReadOnlyList<PlanRateOptions> RequestRates { get; init; } = [];

    /// <summary>What steps of the prompt pipeline do for its users, at most one setting for each. Default those of the section <c>Prompting</c>.</summary>
    public IReadOnlyList<StepSettingOptions> Steps { get; init; } = [];

    /// <summary>
    /// What becomes of the oldest messages of their chats that do not fit a model's context window: <c>drop</c>, or <c>summarize</c> where
    /// <c>Summaries:Model</c> is set. Default <c>drop</c>.
    /// </summary>
    public HistoryMode History { get; init; }

    /// <summary>Instructions that come before every prompt of its users, behind <c>Prompting:SystemPrompt</c> and ahead of a chat's own. Default none.</summary>
    [MaxLength(Plan.SystemPromptMaxLength)]
    [Secret]
    public string? SystemPrompt { get; init; }

    internal PlanTerms Terms => new(
        Name, Default, Concurrency, AllowedModels, MaxOutputTokens, [.. Limits.Select(limit => new PlanLimit(limit.Metric, limit.Window, limit.Amount))])
    {
        StoreReasoning = StoreReasoning,
        RequestRates = [.. RequestRates.Select(rate => new RequestRate(rate.Class, rate.PerMinute, rate.PerMinuteOfKey))],
        Steps = [.. Steps.Select(step => step.Setting)],
        History = History,
        SystemPrompt = SystemPrompt,
    };
}

/// <summary>A limit of a configured plan.</summary>
public sealed record PlanLimitOptions
{
    /// <summary><c>requests</c>, <c>tokens</c> or <c>costMicros</c> (millionths of the configured currency).</summary>
    [DeniedValues(QuotaMetric.Concurrency)]
    public required QuotaMetric Metric { get; init; }

    /// <summary><c>minute</c>, <c>hour</c>, <c>day</c> or <c>month</c>, by the calendar in UTC.</summary>
    [DeniedValues(QuotaWindow.Running)]
    public required QuotaWindow Window { get; init; }

    /// <summary>The most that may be used in the window. 0 to 9,007,199,254,740,991.</summary>
    [Range(0, PlanLimit.MaxAmount)]
    public required long Amount { get; init; }
}

/// <summary>A rate of a configured plan.</summary>
public sealed record PlanRateOptions
{
    /// <summary><c>read</c>, <c>write</c>, <c>completion</c> or <c>costly</c>.</summary>
    public required RequestClass Class { get; init; }

    /// <summary>Requests a minute of a user's sessions and API keys together; all of them may come at once. 1 to 1,000,000.</summary>
    [Range(1, RequestRate.MaxPerMinute)]
    public required int PerMinute { get; init; }

    /// <summary>Requests a minute of one API key, 1 to <see cref="PerMinute"/>. Default no rate of its own.</summary>
    [Range(1, RequestRate.MaxPerMinute)]
    public int? PerMinuteOfKey { get; init; }
}
