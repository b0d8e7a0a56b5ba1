using CleanLlm.Application.Administration;
using CleanLlm.Application.Paging;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Users;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Users as admins see and change them.</summary>
internal static class AdminUserEndpoints
{
    private const int DefaultLimit = 20;

    /// <summary>The calls below <c>/admin/users</c>.</summary>
    public static void MapAdminUsers(this RouteGroupBuilder admin)
    {
        admin.MapGet("/users", List)
            .WithName("Admin_ListUsers")
            .WithProblems(400, 401, 403, 422, 503)
            .WithSummary("Lists users, newest first")
            .WithDescription("`q` is any part of the e-mail address or the display name, in any case of its letters.");
        admin.MapPost("/users", Create)
            .WithName("Admin_CreateUser")
            .AsCostly()
            .WithProblems(400, 401, 403, 409, 413, 415, 422, 503)
            .WithSummary("Makes an account")
            .WithDescription(
                "Without a `password` the user gets a mail with a token that sets one by `/auth/reset-password`, good for 24 hours; after that "
                + "`/auth/forgot-password` sends another. With a `password` the user gets the mail that confirms the address. "
                + "409 `auth.email_taken`, 422 `plan.unknown`.");
        admin.MapGet("/users/{id:guid}", Get)
            .WithName("Admin_GetUser")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Shows a user, with the last sign-in and whether the second factor is on");
        admin.MapPatch("/users/{id:guid}", Change)
            .WithName("Admin_ChangeUser")
            .WithProblems(400, 401, 403, 404, 409, 413, 415, 422, 503)
            .WithSummary("Changes a user's role, plan or state")
            .WithDescription(
                "What is absent stays as it is; `planId: null` gives the default plan. Disabling ends the user's sessions. "
                + "409 `admin.self_change` when admins would demote or disable themselves, 409 `admin.last_admin` when no admin would be left, "
                + "422 `plan.unknown`.");
        admin.MapDelete("/users/{id:guid}", Erase)
            .WithName("Admin_EraseUser")
            .AsCostly()
            .WithProblems(401, 403, 404, 409, 503)
            .WithSummary("Erases a user's account and its data")
            .WithDescription(
                "The same as the user's own `DELETE /users/me`. 409 `admin.self_change` for the admin who asks, 409 `admin.last_admin` when no "
                + "admin would be left.");
        admin.MapGet("/users/{id:guid}/usage", GetUsage)
            .WithName("Admin_GetUserUsage")
            .WithProblems(400, 401, 403, 404, 422, 503)
            .WithSummary("Shows what a user used, by day or by model")
            .WithDescription(QuotaEndpoints.UsageDescription);
        admin.MapPost("/users/{id:guid}/quota-adjustments", Adjust)
            .WithName("Admin_AdjustQuota")
            .WithProblems(400, 401, 403, 404, 409, 413, 415, 422, 503)
            .WithSummary("Gives a user more of one limit in its current period, or takes some away")
            .WithDescription("Answers with the limit as it stands then. 422 `plan.no_such_limit` when the user's plan has no such limit.");
    }

    private static async Task<Results<Ok<Page<AdminUserDto>>, ProblemResult>> List(
        IMediator mediator, string? q, string? cursor, int? limit, CancellationToken ct) =>
        (await mediator.Send(new ListUsers(q, cursor, limit ?? DefaultLimit), ct)).ToOk();

    private static async Task<Results<Ok<AdminUserDto>, ProblemResult>> Get(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetUser(new UserId(id)), ct)).ToOk();

    private static async Task<Results<Created<AdminUserDto>, ProblemResult>> Create(CreateUserBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new CreateUser(body.Email, body.DisplayName, body.Role, body.PlanId, body.Password), ct))
            .ToCreated(user => $"/api/v1/admin/users/{user.Id}");

    private static async Task<Results<NoContent, ProblemResult>> Erase(Guid id, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new EraseUser(new UserId(id)), ct)).ToNoContent();

    private static async Task<Results<UsageAnswer, ProblemResult>> GetUsage(
        Guid id, IMediator mediator, DateTimeOffset? from, DateTimeOffset? to, string? by, CancellationToken ct) =>
        await UsageAnswer.ForAsync(by, grouping => mediator.Send(new GetUserUsage(new UserId(id), from, to, grouping), ct));

    private static async Task<Results<Ok<AdminUserDto>, ProblemResult>> Change(Guid id, ChangeUserBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(
            new ChangeUser(new UserId(id), body.Role, body.Disabled, body.PlanId.IsGiven ? new PlanChoice(body.PlanId.Value) : null), ct)).ToOk();

    private static async Task<Results<Created<QuotaLimitDto>, ProblemResult>> Adjust(
        Guid id, AdjustQuotaBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new AdjustQuota(new UserId(id), body.Metric, body.Window, body.Amount, body.Reason), ct))
            .ToCreated(_ => $"/api/v1/admin/users/{id}");
}

/// <summary>A new account.</summary>
/// <param name="Email">Where the user can be reached, and what they sign in with.</param>
/// <param name="DisplayName">What they want to be called; at most 100 characters.</param>
/// <param name="Role">What they may do. Default <c>user</c>.</param>
/// <param name="PlanId">Their plan; absent or null for the default one.</param>
/// <param name="Password">12 to 128 characters, any of them; absent or null to let them choose one by mail.</param>
internal sealed record CreateUserBody(
    string Email, string? DisplayName = null, UserRole Role = UserRole.User, PlanId? PlanId = null, string? Password = null);

/// <summary>A change of a user.</summary>
/// <param name="Role">What they may do; absent leaves it.</param>
/// <param name="Disabled">Whether they are locked out; absent leaves it.</param>
/// <param name="PlanId">Their plan; null for the default one, absent leaves it.</param>
internal sealed record ChangeUserBody(UserRole? Role = null, bool? Disabled = null, Optional<PlanId?> PlanId = default);

/// <summary>A change of what a user may use of one limit in its current period.</summary>
/// <param name="Metric">Which limit: what it counts.</param>
/// <param name="Window">Which limit: over what time.</param>
/// <param name="Amount">What is added; negative to take away, not 0.</param>
/// <param name="Reason">Why, in 10 to 500 printable characters; kept in the audit log.</param>
internal sealed record AdjustQuotaBody(QuotaMetric Metric, QuotaWindow Window, long Amount, string Reason);
