using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.Quotas;

/// <summary>What the users assigned to it may spend, and on which models.</summary>
public sealed class Plan
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameMaxLength = 100;

    /// <summary>The longest system prompt, in characters.</summary>
    public const int SystemPromptMaxLength = 20_000;

    private Plan()
    {
    }

    /// <summary>Identifies the plan.</summary>
    public PlanId Id { get; private set; }

    /// <summary>Unique, shown to users.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Holds for every user without a plan of their own; exactly one plan is the default.</summary>
    public bool IsDefault { get; private set; }

    /// <summary>Completions a user may have running at once; null means no limit.</summary>
    public int? Concurrency { get; private set; }

    /// <summary>Model ids that may be asked for; empty means all.</summary>
    public IReadOnlyList<string> AllowedModels { get; private set; } = [];

    /// <summary>The most completion tokens of one answer; null means what the model allows.</summary>
    public int? MaxOutputTokens { get; private set; }

    /// <summary>Whether what models say while they reason is kept with their answers.</summary>
    public bool StoreReasoning { get; private set; }

    /// <summary>The limits, at most one for each metric and window, in lock order.</summary>
    public IReadOnlyList<PlanLimit> Limits { get; private set; } = [];

    /// <summary>How often its users may call, at most one for each class of requests; a class that is absent has the rate of the configuration.</summary>
    public IReadOnlyList<RequestRate> RequestRates { get; private set; } = [];

    /// <summary>What steps of the prompt pipeline do for its users, at most one setting for each; a step that is absent is set by the configuration.</summary>
    public IReadOnlyList<StepSetting> Steps { get; private set; } = [];

    /// <summary>What becomes of the oldest messages of their chats that do not fit a model's context window.</summary>
    public HistoryMode History { get; private set; }

    /// <summary>Instructions of the operator that come before every prompt of its users, ahead of a chat's own; null for none. Not shown to users.</summary>
    public string? SystemPrompt { get; private set; }

    /// <summary>All of the above as one value.</summary>
    public PlanTerms Terms =>
        new(Name, IsDefault, Concurrency, AllowedModels, MaxOutputTokens, [.. Limits.Where(limit => limit.Metric != QuotaMetric.Concurrency)])
        {
            StoreReasoning = StoreReasoning,
            RequestRates = RequestRates,
            Steps = Steps,
            History = History,
            SystemPrompt = SystemPrompt,
        };

    /// <summary>A new plan.</summary>
    public static Result<Plan> Create(PlanTerms terms, DateTimeOffset now) => new Plan { Id = PlanId.New(now) }.Change(terms);

    /// <summary>Replaces all terms; what was used stays counted.</summary>
    public Result<Plan> Change(PlanTerms terms)
    {
        if (string.IsNullOrWhiteSpace(terms.Name) || terms.Name.Length > NameMaxLength)
            return Error.Invalid("name", $"1 to {NameMaxLength} characters.");
        if (terms.Concurrency < 1)
            return Error.Invalid("concurrency", "At least 1, or absent for no limit.");
        if (terms.MaxOutputTokens < 1)
            return Error.Invalid("maxOutputTokens", "At least 1, or absent for what the model allows.");
        if (terms.Limits.Any(limit => limit.Amount < 0 || !Enum.IsDefined(limit.Metric) || !Enum.IsDefined(limit.Window)))
            return Error.Invalid("limits", "An amount is at least 0.");
        if (terms.Limits.Any(limit => limit.Metric == QuotaMetric.Concurrency || limit.Window == QuotaWindow.Running))
            return Error.Invalid("limits", "A limit counts requests, tokens or costMicros over minute, hour, day or month.");
        if (!terms.RequestRates.All(rate => rate.IsValid))
            return Error.Invalid("requestRates", $"A rate is 1 to {RequestRate.MaxPerMinute} a minute, and that of a key no more than that of its user.");
        if (terms.RequestRates.DistinctBy(rate => rate.Class).Count() != terms.RequestRates.Count)
            return Error.Invalid("requestRates", "One rate for each class.");
        if (terms.Limits.DistinctBy(limit => (limit.Metric, limit.Window)).Count() != terms.Limits.Count)
            return Error.Invalid("limits", "One limit for each metric and window.");
        if (terms.Steps.Any(step => string.IsNullOrEmpty(step.Step) || step.Step.Length > StepSetting.NameMaxLength || !Enum.IsDefined(step.Mode)))
            return Error.Invalid("steps", $"A step has a name of 1 to {StepSetting.NameMaxLength} characters, and a mode.");
        if (terms.Steps.DistinctBy(step => step.Step).Count() != terms.Steps.Count)
            return Error.Invalid("steps", "One setting for each step.");
        if (!Enum.IsDefined(terms.History))
            return Error.Invalid("history", "Drop or summarize.");
        if (terms.SystemPrompt?.Length > SystemPromptMaxLength || terms.SystemPrompt?.Contains('\0', StringComparison.Ordinal) == true)
            return Error.Invalid("systemPrompt", $"At most {SystemPromptMaxLength} characters, none of them NUL.");

        (Name, IsDefault, Concurrency, MaxOutputTokens) = (terms.Name.Trim(), terms.IsDefault, terms.Concurrency, terms.MaxOutputTokens);
        (StoreReasoning, History) = (terms.StoreReasoning, terms.History);
        AllowedModels = [.. terms.AllowedModels.Distinct(StringComparer.Ordinal)];
        Limits = InLockOrder(terms);
        RequestRates = [.. terms.RequestRates.OrderBy(rate => rate.Class)];
        Steps = [.. terms.Steps];
        SystemPrompt = string.IsNullOrWhiteSpace(terms.SystemPrompt) ? null : terms.SystemPrompt;
        return this;
    }

    /// <summary>How often its users may send requests of a class; null when the plan does not say.</summary>
    public RequestRate? RateOf(RequestClass requests)
    {
        // At every request: without an enumerator.
        for (var i = 0; i < RequestRates.Count; i++)
        {
            if (RequestRates[i].Class == requests)
                return RequestRates[i];
        }

        return null;
    }

    /// <summary>Whether it may be stored as it is: exactly one plan is the default one, and a new default takes the place of the former.</summary>
    /// <param name="hasOtherDefault">Whether another plan is the default one, read under the lock of such changes.</param>
    /// <returns>Null; or <see cref="PlanErrors.IsDefault"/>.</returns>
    public Error? CheckSaving(bool hasOtherDefault) => IsDefault || hasOtherDefault ? null : PlanErrors.IsDefault;

    /// <summary>Whether it may be removed: it is neither the default one nor any user's.</summary>
    /// <param name="hasUsers">Whether users have been assigned to it, read under the lock of such changes.</param>
    /// <returns>Null; <see cref="PlanErrors.IsDefault"/>; or <see cref="PlanErrors.InUse"/>.</returns>
    public Error? CheckRemoval(bool hasUsers) => IsDefault ? PlanErrors.IsDefault : hasUsers ? PlanErrors.InUse : null;

    /// <summary>Whether the plan's users may ask for the model.</summary>
    public bool Allows(string model) => AllowedModels.Count == 0 || AllowedModels.Contains(model, StringComparer.Ordinal);

    // Concurrency is kept as one more limit, so that one reservation covers it exactly like the others. The order is the order
    // in which every transaction locks the counters, so that two of them never wait for each other.
    private static IReadOnlyList<PlanLimit> InLockOrder(PlanTerms terms)
    {
        IEnumerable<PlanLimit> running = terms.Concurrency is { } most
            ? [new PlanLimit(QuotaMetric.Concurrency, QuotaWindow.Running, most)]
            : [];
        return [.. running.Concat(terms.Limits).OrderBy(limit => limit.Metric).ThenBy(limit => limit.Window)];
    }
}

/// <summary>What a plan is made of.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="IsDefault">Whether it holds for users without a plan.</param>
/// <param name="Concurrency">Completions at once, or null.</param>
/// <param name="AllowedModels">Model ids, or empty for all.</param>
/// <param name="MaxOutputTokens">Most completion tokens of one answer, or null.</param>
/// <param name="Limits">Limits by metric and window.</param>
public sealed record PlanTerms(
    string Name,
    bool IsDefault,
    int? Concurrency,
    IReadOnlyList<string> AllowedModels,
    int? MaxOutputTokens,
    IReadOnlyList<PlanLimit> Limits)
{
    /// <summary>Whether what models say while they reason is kept with their answers.</summary>
    public bool StoreReasoning { get; init; }

    /// <summary>How often its users may call, at most one for each class of requests.</summary>
    public IReadOnlyList<RequestRate> RequestRates { get; init; } = [];

    /// <summary>What steps of the prompt pipeline do for its users, at most one setting for each.</summary>
    public IReadOnlyList<StepSetting> Steps { get; init; } = [];

    /// <summary>What becomes of the oldest messages of their chats that do not fit a model's context window.</summary>
    public HistoryMode History { get; init; }

    /// <summary>Instructions that come before every prompt of its users; null or blank for none.</summary>
    public string? SystemPrompt { get; init; }
}
