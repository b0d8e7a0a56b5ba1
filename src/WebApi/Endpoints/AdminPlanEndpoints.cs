using CleanLlm.Application.Administration;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Quotas;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Plans.</summary>
internal static class AdminPlanEndpoints
{
    private const string Configured = " A plan that the configuration names is brought back to the configured terms at each start.";

    /// <summary>The calls below <c>/admin/plans</c>.</summary>
    public static void MapAdminPlans(this RouteGroupBuilder admin)
    {
        admin.MapGet("/plans", List)
            .WithName("Admin_ListPlans")
            .WithProblems(401, 403, 503)
            .WithSummary("Lists all plans by name");
        admin.MapGet("/plans/{id:guid}", Get)
            .WithName("Admin_GetPlan")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Shows a plan");
        admin.MapPost("/plans", Create)
            .WithName("Admin_CreatePlan")
            .WithProblems(400, 401, 403, 409, 413, 415, 422, 503)
            .WithSummary("Makes a plan")
            .WithDescription("With `isDefault: true` it takes the place of the default plan. 409 `plan.name_taken`.");
        admin.MapPut("/plans/{id:guid}", Replace)
            .WithName("Admin_ReplacePlan")
            .WithProblems(400, 401, 403, 404, 409, 413, 415, 422, 503)
            .WithSummary("Replaces all terms of a plan")
            .WithDescription(
                "What is absent becomes what it would be in a new plan; what was used stays counted. 409 `plan.name_taken`, and 409 `plan.is_default` "
                + "when it would leave no default plan: make another one the default instead." + Configured);
        admin.MapDelete("/plans/{id:guid}", Delete)
            .WithName("Admin_DeletePlan")
            .WithProblems(401, 403, 404, 409, 503)
            .WithSummary("Deletes a plan that no user has")
            .WithDescription("409 `plan.is_default`, and 409 `plan.in_use` while users are assigned to it: give them another plan first." + Configured);
    }

    private static async Task<Results<Ok<IReadOnlyList<PlanDto>>, ProblemResult>> List(IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListPlans(), ct)).ToOk();

    private static async Task<Results<Ok<PlanDto>, ProblemResult>> Get(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetPlan(new PlanId(id)), ct)).ToOk();

    private static async Task<Results<Created<PlanDto>, ProblemResult>> Create(PlanBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new CreatePlan(body.Terms()), ct)).ToCreated(plan => $"/api/v1/admin/plans/{plan.Id}");

    private static async Task<Results<Ok<PlanDto>, ProblemResult>> Replace(Guid id, PlanBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ChangePlan(new PlanId(id), body.Terms()), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemResult>> Delete(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new DeletePlan(new PlanId(id)), ct)).ToNoContent();
}

/// <summary>All that a plan is made of.</summary>
/// <param name="Name">Unique; at most 100 characters.</param>
/// <param name="IsDefault">Whether it holds for users without a plan of their own. Default false.</param>
/// <param name="Concurrency">Completions a user may have running at once; absent for no limit.</param>
/// <param name="AllowedModels">Model ids that may be asked for; absent or empty for all.</param>
/// <param name="MaxOutputTokens">The most completion tokens of one answer; absent for what the model allows.</param>
/// <param name="Limits">At most one for each metric and window; absent for none.</param>
/// <param name="StoreReasoning">Whether what models say while they reason is kept with their answers. Default false.</param>
/// <param name="RequestRates">How often its users may call, at most one for each class; absent for the rates of the server's configuration.</param>
/// <param name="Steps">What steps of the prompt pipeline do for its users, at most one setting for each; absent for those of the server's configuration.</param>
/// <param name="History">What becomes of the oldest messages of their chats that do not fit a model's context window: `drop`, or `summarize` where the server has a model for that. Default `drop`.</param>
/// <param name="SystemPrompt">
/// Instructions that come before every prompt of its users, behind those of the server's configuration and ahead of a chat's own; at most 20,000 characters,
/// absent for none. Users are not shown them; they are neither screened nor redacted.
/// </param>
internal sealed record PlanBody(
    string Name,
    bool IsDefault = false,
    int? Concurrency = null,
    IReadOnlyList<string>? AllowedModels = null,
    int? MaxOutputTokens = null,
    IReadOnlyList<PlanLimitBody>? Limits = null,
    bool StoreReasoning = false,
    IReadOnlyList<PlanRateBody>? RequestRates = null,
    IReadOnlyList<PlanStepBody>? Steps = null,
    HistoryMode History = HistoryMode.Drop,
    string? SystemPrompt = null)
{
    // A JSON list can hold nulls whatever C# says; the validator finds them.
    internal PlanTerms Terms() => new(
        Name,
        IsDefault,
        Concurrency,
        AllowedModels ?? [],
        MaxOutputTokens,
        [.. (Limits ?? []).Select(limit => limit is null ? null! : new PlanLimit(limit.Metric, limit.Window, limit.Amount))])
    {
        StoreReasoning = StoreReasoning,
        RequestRates = [.. (RequestRates ?? []).Select(rate => rate is null ? null! : new RequestRate(rate.Class, rate.PerMinute, rate.PerMinuteOfKey))],
        Steps = [.. (Steps ?? []).Select(step => step is null ? null! : new StepSetting(step.Step, step.Mode))],
        History = History,
        SystemPrompt = SystemPrompt,
    };
}

/// <summary>A limit of a plan.</summary>
/// <param name="Metric"><c>requests</c>, <c>tokens</c> or <c>costMicros</c> (millionths of the configured currency).</param>
/// <param name="Window"><c>minute</c>, <c>hour</c>, <c>day</c> or <c>month</c>, by the calendar in UTC.</param>
/// <param name="Amount">The most that may be used in the window, 0 to 9,007,199,254,740,991.</param>
internal sealed record PlanLimitBody(QuotaMetric Metric, QuotaWindow Window, long Amount);

/// <summary>How often users of a plan may send requests of a class.</summary>
/// <param name="Class"><c>read</c>, <c>write</c>, <c>completion</c>, or <c>costly</c> for what issues secrets, checks passwords, exports or erases.</param>
/// <param name="PerMinute">Requests a minute of a user's sessions and API keys together, all of which may come at once; 1 to 1,000,000.</param>
/// <param name="PerMinuteOfKey">Requests a minute of one API key, at most `perMinute`; absent for no rate of its own.</param>
internal sealed record PlanRateBody(RequestClass Class, int PerMinute, int? PerMinuteOfKey = null);

/// <summary>What a step of the prompt pipeline does for the users of a plan.</summary>
/// <param name="Step">The name of the step, such as <c>injection</c>.</param>
/// <param name="Mode"><c>off</c>, <c>flag</c> (a finding tells of it), <c>redact</c> (the text is changed) or <c>block</c> (the prompt is refused, or the answer stopped), of those that the step can.</param>
internal sealed record PlanStepBody(string Step, StepMode Mode);
