using CleanLlm.Application.Paging;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>A page of all users, newest first.</summary>
/// <param name="Q">Part of the e-mail address or the display name; null for all users.</param>
/// <param name="Cursor">Where the page begins.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListUsers(string? Q, string? Cursor, int Limit) : IRequest<Result<Page<AdminUserDto>>>, IPageRequest;

internal sealed class ListUsersValidator : PageValidator<ListUsers>
{
    public ListUsersValidator() => RuleFor(request => request.Q)
        .Must(text => text is null || (text.Length <= EmailAddress.MaxLength && !text.Any(char.IsControl)))
        .WithMessage($"At most {EmailAddress.MaxLength} characters, none of them a control character.");
}

internal sealed class ListUsersHandler(IUserDirectory users) : IRequestHandler<ListUsers, Result<Page<AdminUserDto>>>
{
    public async Task<Result<Page<AdminUserDto>>> Handle(ListUsers request, CancellationToken ct)
    {
        Cursor? after = Cursor.TryParse(request.Cursor, out var cursor) ? cursor : null;
        return await users.ListAsync(string.IsNullOrWhiteSpace(request.Q) ? null : request.Q.Trim(), after, request.Limit, ct);
    }
}
