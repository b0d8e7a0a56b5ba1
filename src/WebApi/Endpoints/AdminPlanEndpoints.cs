using CleanLlm.Application.Administration;
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
            .WithSummary("Deletes a plan; its users get the default one")
            .WithDescription("409 `plan.is_default`." + Configured);
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
internal sealed record PlanBody(
    string Name,
    bool IsDefault = false,
    int? Concurrency = null,
    IReadOnlyList<string>? AllowedModels = null,
    int? MaxOutputTokens = null,
    IReadOnlyList<PlanLimitBody>? Limits = null)
{
    // A JSON list can hold nulls whatever C# says; the validator finds them.
    internal PlanTerms Terms() => new(
        Name,
        IsDefault,
        Concurrency,
        AllowedModels ?? [],
        MaxOutputTokens,
        [.. (Limits ?? []).Select(limit => limit is null ? null! : new PlanLimit(limit.Metric, limit.Window, limit.Amount))]);
}

/// <summary>A limit of a plan.</summary>
/// <param name="Metric"><c>requests</c>, <c>tokens</c> or <c>costMicros</c> (millionths of the configured currency).</param>
/// <param name="Window"><c>minute</c>, <c>hour</c>, <c>day</c> or <c>month</c>, by the calendar in UTC.</param>
/// <param name="Amount">The most that may be used in the window, 0 to 9,007,199,254,740,991.</param>
internal sealed record PlanLimitBody(QuotaMetric Metric, QuotaWindow Window, long Amount);
