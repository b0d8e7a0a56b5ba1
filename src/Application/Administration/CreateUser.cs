using System.Text.Json;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>
/// Makes an account for another person. Without a password they get a mail with a token that sets the first one, which proves the address
/// too; with a password, the mail that asks them to confirm the address, as after a registration.
/// </summary>
/// <param name="Email">Where the user can be reached, and what they sign in with.</param>
/// <param name="DisplayName">What they want to be called.</param>
/// <param name="Role">What they may do.</param>
/// <param name="PlanId">Their plan; null for the default one.</param>
/// <param name="Password">Hashed, never stored; null to let them choose one.</param>
public sealed record CreateUser(string Email, string? DisplayName, UserRole Role, PlanId? PlanId, string? Password) : IRequest<Result<AdminUserDto>>;

internal sealed class CreateUserValidator : AbstractValidator<CreateUser>
{
    public CreateUserValidator()
    {
        RuleFor(request => request.Email).NewAddress();
        RuleFor(request => request.DisplayName).DisplayName();
        RuleFor(request => request.Password!).NewPassword(request => request.Email).When(request => request.Password is not null);
    }
}

internal sealed class CreateUserHandler(
    ICredentials credentials,
    IUserDirectory directory,
    ITransactions transactions,
    IAccountMailQueue mails,
    IAuditTrail audit,
    ICurrentUser current,
    TimeProvider clock)
    : IRequestHandler<CreateUser, Result<AdminUserDto>>
{
    public async Task<Result<AdminUserDto>> Handle(CreateUser request, CancellationToken ct)
    {
        var registered = User.Register(request.Email, request.DisplayName, clock.GetUtcNow());
        if (!registered.IsSuccess)
            return registered.Error;
        var user = registered.Value;
        user.ChangeRole(request.Role);
        user.AssignPlan(request.PlanId);

        // Ahead of the transaction: hashing may have to wait for its turn.
        PasswordHash? hash = null;
        if (request.Password is { } password)
        {
            var hashed = await credentials.HashAsync(password, ct);
            if (!hashed.IsSuccess)
                return hashed.Error;
            hash = hashed.Value;
        }

        var stored = await transactions.RunForAdministrationAsync(() => StoreAsync(user, hash, ct), ct);
        if (!stored.IsSuccess)
            return stored.Error;

        if (hash is null)
            mails.RequestInvitation(user.Id);
        else
            mails.RequestConfirmation(user.Id);
        return stored;
    }

    private async Task<Result<AdminUserDto>> StoreAsync(User user, PasswordHash? hash, CancellationToken ct)
    {
        // Under the lock that the deletion of a plan takes too.
        if (user.PlanId is { } plan && !await directory.HasPlanAsync(plan, ct))
            return PlanErrors.Unknown;

        var terms = new { role = AuditWords.Of(user.Role), planId = user.PlanId?.Value, invited = hash is null };
        audit.Add(new AuditEvent(AuditActions.UserCreated, current.Id.Value, user.Id.Value, JsonSerializer.Serialize(terms)));
        var added = await credentials.AddAsync(user, hash, ct);
        if (!added.IsSuccess)
            return added.Error;
        // In the transaction that stores it: what is answered is what was stored, whatever happens to the account next.
        return await directory.FindAsync(user.Id, ct) is { } made ? made : AdminErrors.UserNotFound;
    }
}
