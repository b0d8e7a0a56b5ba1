using System.Text.Json;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Changes what a user may do; what is null stays as it is.</summary>
/// <param name="Id">Which user.</param>
/// <param name="Role">Their role.</param>
/// <param name="Disabled">Whether they are locked out; this ends their sessions.</param>
/// <param name="Plan">Their plan.</param>
public sealed record ChangeUser(UserId Id, UserRole? Role, bool? Disabled, PlanChoice? Plan) : IRequest<Result<AdminUserDto>>;

/// <summary>Which plan a user is to have.</summary>
/// <param name="Id">The plan; null for the default one.</param>
public sealed record PlanChoice(PlanId? Id);

internal sealed class ChangeUserHandler(
    IUserRepository users, IUserDirectory directory, IAccessStates access, IAuditTrail audit, ICurrentUser current, TimeProvider clock)
    : IRequestHandler<ChangeUser, Result<AdminUserDto>>
{
    public async Task<Result<AdminUserDto>> Handle(ChangeUser request, CancellationToken ct)
    {
        if (request.Id == current.Id && (request.Role is UserRole.User || request.Disabled == true))
            return AdminErrors.SelfChange;
        if (await users.FindAsync(request.Id, ct) is not { } user)
            return AdminErrors.UserNotFound;
        if (request.Plan?.Id is { } plan && !await directory.HasPlanAsync(plan, ct))
            return PlanErrors.Unknown;

        var changes = Apply(request, user);
        if (changes.Count == 0)
            return await directory.FindAsync(user.Id, ct) is { } same ? same : AdminErrors.UserNotFound;

        audit.Add(new AuditEvent(AuditActions.UserChanged, current.Id.Value, user.Id.Value, JsonSerializer.Serialize(changes)));
        var stored = await directory.SaveAsync(user, clock.GetUtcNow(), ct);
        // It is done, whether or not the caller is still there.
        if (stored.IsSuccess)
            await access.ForgetAsync(user.Id, CancellationToken.None);
        return stored;
    }

    private static Dictionary<string, FromTo> Apply(ChangeUser request, User user)
    {
        var changes = new Dictionary<string, FromTo>(StringComparer.Ordinal);
        if (request.Role is { } role && role != user.Role)
        {
            changes["role"] = new FromTo(AuditWords.Of(user.Role), AuditWords.Of(role));
            user.ChangeRole(role);
        }

        if (request.Disabled is { } disabled && disabled != user.Disabled)
        {
            changes["disabled"] = new FromTo(user.Disabled, disabled);
            user.SetDisabled(disabled);
        }

        if (request.Plan is { } choice && choice.Id != user.PlanId)
        {
            changes["planId"] = new FromTo(user.PlanId?.Value, choice.Id?.Value);
            user.AssignPlan(choice.Id);
        }

        return changes;
    }

    private sealed record FromTo(
        [property: System.Text.Json.Serialization.JsonPropertyName("from")] object? From,
        [property: System.Text.Json.Serialization.JsonPropertyName("to")] object? To);
}
