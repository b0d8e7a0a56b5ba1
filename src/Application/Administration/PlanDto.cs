using AutoMapper;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Administration;

/// <summary>A plan: what its users may spend, and on which models.</summary>
/// <param name="Id">Identifies the plan.</param>
/// <param name="Name">Unique, shown to users.</param>
/// <param name="IsDefault">Whether it holds for users without a plan of their own; exactly one does.</param>
/// <param name="Concurrency">Completions a user may have running at once; null for no limit.</param>
/// <param name="AllowedModels">Model ids that may be asked for; empty for all.</param>
/// <param name="MaxOutputTokens">The most completion tokens of one answer; null for what the model allows.</param>
/// <param name="Limits">At most one for each metric and window.</param>
public sealed record PlanDto(
    PlanId Id,
    string Name,
    bool IsDefault,
    int? Concurrency,
    IReadOnlyList<string> AllowedModels,
    int? MaxOutputTokens,
    IReadOnlyList<PlanLimitDto> Limits)
{
    /// <summary>Whether what models say while they reason is kept with their answers.</summary>
    public bool StoreReasoning { get; init; }

    /// <summary>How often its users may call, at most one for each class; a class that is absent has the rate of the server's configuration.</summary>
    public IReadOnlyList<PlanRateDto> RequestRates { get; init; } = [];

    /// <summary>What steps of the prompt pipeline do for its users, at most one setting for each; a step that is absent is set by the server's configuration.</summary>
    public IReadOnlyList<PlanStepDto> Steps { get; init; } = [];

    /// <summary>What becomes of the oldest messages of their chats that do not fit a model's context window: `drop`, or `summarize` where the server has a model for that.</summary>
    public HistoryMode History { get; init; }

    /// <summary>Instructions that come before every prompt of its users, behind those of the server's configuration and ahead of a chat's own; null for none.</summary>
    public string? SystemPrompt { get; init; }
}

/// <summary>A limit of a plan.</summary>
/// <param name="Metric"><c>requests</c>, <c>tokens</c> or <c>costMicros</c> (millionths of the configured currency).</param>
/// <param name="Window"><c>minute</c>, <c>hour</c>, <c>day</c> or <c>month</c>, by the calendar in UTC.</param>
/// <param name="Amount">The most that may be used in the window.</param>
public sealed record PlanLimitDto(QuotaMetric Metric, QuotaWindow Window, long Amount);

/// <summary>How often users of a plan may send requests of a class.</summary>
/// <param name="Class"><c>read</c>, <c>write</c>, <c>completion</c>, or <c>costly</c> for what issues secrets, checks passwords, exports or erases.</param>
/// <param name="PerMinute">Requests a minute of a user's sessions and API keys together; all of them may come at once.</param>
/// <param name="PerMinuteOfKey">Requests a minute of one API key; null for no rate of its own.</param>
public sealed record PlanRateDto(RequestClass Class, int PerMinute, int? PerMinuteOfKey);

/// <summary>What a step of the prompt pipeline does for the users of a plan.</summary>
/// <param name="Step">The name of the step, such as <c>injection</c>.</param>
/// <param name="Mode"><c>off</c>, <c>flag</c>, <c>redact</c> or <c>block</c>.</param>
public sealed record PlanStepDto(string Step, StepMode Mode);

internal sealed class PlanMapping : Profile
{
    public PlanMapping()
    {
        CreateMap<PlanLimit, PlanLimitDto>();
        CreateMap<RequestRate, PlanRateDto>();
        CreateMap<StepSetting, PlanStepDto>();
        // The entity keeps its concurrency among the limits too; its terms do not.
        CreateMap<Plan, PlanDto>().ForCtorParam(nameof(PlanDto.Limits), plan => plan.MapFrom(source => source.Terms.Limits));
    }
}
