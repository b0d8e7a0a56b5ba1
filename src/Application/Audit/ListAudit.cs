using CleanLlm.Application.Paging;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Audit;

/// <summary>A page of the audit log, newest first.</summary>
/// <param name="Actor">Only what this user did: their id, or the e-mail address of an account that is there; null for any user.</param>
/// <param name="Subject">Only what was done to this user, key, session or plan: its id, or the e-mail address of a user; null for anything.</param>
/// <param name="Action">Only what has this exact name.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListAudit(string? Actor, string? Subject, string? Action, string? Cursor, int Limit)
    : IRequest<Result<Page<AuditEntryDto>>>, IPageRequest;

internal sealed class ListAuditValidator : PageValidator<ListAudit>
{
    public ListAuditValidator()
    {
        RuleFor(request => request.Actor).Must(IsParty).WithMessage("The id or the e-mail address of a user.");
        RuleFor(request => request.Subject).Must(IsParty).WithMessage("The id of a user, key, session or plan, or the e-mail address of a user.");
        RuleFor(request => request.Action)
            .Must(action => action is null || (action.Length <= AuditEntry.ActionMaxLength && !action.Any(char.IsControl)))
            .WithMessage($"The exact name of an action, at most {AuditEntry.ActionMaxLength} characters.");
    }

    private static bool IsParty(string? text) =>
        string.IsNullOrWhiteSpace(text) || Guid.TryParse(text, out _) || EmailAddress.OfAccount(text) is not null;
}

internal sealed class ListAuditHandler(IAuditLog log, IAuditParties parties) : IRequestHandler<ListAudit, Result<Page<AuditEntryDto>>>
{
    private static readonly Page<AuditEntryDto> Nothing = new([], NextCursor: null);

    public async Task<Result<Page<AuditEntryDto>>> Handle(ListAudit request, CancellationToken ct)
    {
        var actor = await FindAsync(request.Actor, ct);
        var subject = await FindAsync(request.Subject, ct);
        if (actor == Guid.Empty || subject == Guid.Empty)
            return Nothing;

        Cursor? after = Cursor.TryParse(request.Cursor, out var cursor) ? cursor : null;
        return await log.ListAsync(new AuditFilter(actor, subject, request.Action), after, request.Limit, ct);
    }

    // Null for any user; the empty id, which no line names, for an address without an account.
    private async Task<Guid?> FindAsync(string? text, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        return Guid.TryParse(text, out var id) ? id : await parties.FindAsync(EmailAddress.OfAccount(text)!, ct) ?? Guid.Empty;
    }
}
