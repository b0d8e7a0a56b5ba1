using System.Text.Json;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Gives a user more of one limit in its current period, or takes some away.</summary>
/// <param name="UserId">Whose limit.</param>
/// <param name="Metric">What it counts.</param>
/// <param name="Window">Over what time.</param>
/// <param name="Amount">What is added; negative to take away.</param>
/// <param name="Reason">Why; audited.</param>
public sealed record AdjustQuota(UserId UserId, QuotaMetric Metric, QuotaWindow Window, long Amount, string Reason)
    : IRequest<Result<QuotaLimitDto>>;

internal sealed class AdjustQuotaValidator : AbstractValidator<AdjustQuota>
{
    public AdjustQuotaValidator()
    {
        RuleFor(request => request.Amount).NotEqual(0).InclusiveBetween(-PlanLimit.MaxAmount, PlanLimit.MaxAmount);
        RuleFor(request => request.Reason)
            .Must(reason => AuditReason.Of(reason, "reason").IsSuccess)
            .WithMessage($"Say why, in {AuditReason.MinLength} to {AuditReason.MaxLength} printable characters.");
    }
}

internal sealed class AdjustQuotaHandler(
    IUserRepository users, IPlanLookup plans, IQuotaAdjustments adjustments, IAuditTrail audit, ICurrentUser current, TimeProvider clock)
    : IRequestHandler<AdjustQuota, Result<QuotaLimitDto>>
{
    public async Task<Result<QuotaLimitDto>> Handle(AdjustQuota request, CancellationToken ct)
    {
        if (await users.FindAsync(request.UserId, ct) is not { } user)
            return AdminErrors.UserNotFound;
        if (await plans.PlanOfAsync(user.Id, ct) is not { } plan)
            return AdminErrors.UserDisabled;
        if (plan.Limits.FirstOrDefault(known => known.Metric == request.Metric && known.Window == request.Window) is not { } limit
            || limit.Window == QuotaWindow.Running)
            return PlanErrors.NoSuchLimit(plan.Name);

        var now = clock.GetUtcNow();
        audit.Add(new AuditEvent(
            AuditActions.QuotaAdjusted,
            current.Id.Value,
            user.Id.Value,
            JsonSerializer.Serialize(new { metric = AuditWords.Of(limit.Metric), window = AuditWords.Of(limit.Window), amount = request.Amount, reason = request.Reason.Trim() })));
        return await adjustments.GrantAsync(user.Id, limit, request.Amount, now, ct) is { } counter
            ? QuotaLimitDto.From(limit, counter, now)
            : Error.Invalid("amount", $"Limit and adjustments together stay within {PlanLimit.MaxAmount}.");
    }
}
