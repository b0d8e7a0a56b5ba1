using CleanLlm.Application.Paging;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Audit;

/// <summary>A page of the audit log, newest first.</summary>
/// <param name="Actor">Only what this user did.</param>
/// <param name="Action">Only what has this exact name.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListAudit(Guid? Actor, string? Action, string? Cursor, int Limit) : IRequest<Result<Page<AuditEntryDto>>>, IPageRequest;

internal sealed class ListAuditValidator : PageValidator<ListAudit>
{
    public ListAuditValidator() => RuleFor(request => request.Action)
        .Must(action => action is null || (action.Length <= AuditEntry.ActionMaxLength && !action.Any(char.IsControl)))
        .WithMessage($"The exact name of an action, at most {AuditEntry.ActionMaxLength} characters.");
}

internal sealed class ListAuditHandler(IAuditLog log) : IRequestHandler<ListAudit, Result<Page<AuditEntryDto>>>
{
    public async Task<Result<Page<AuditEntryDto>>> Handle(ListAudit request, CancellationToken ct)
    {
        Cursor? after = Cursor.TryParse(request.Cursor, out var cursor) ? cursor : null;
        return await log.ListAsync(new AuditFilter(request.Actor, request.Action), after, request.Limit, ct);
    }
}
