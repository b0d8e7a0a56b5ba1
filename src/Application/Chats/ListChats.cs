using CleanLlm.Application.Callers;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Chats;

/// <summary>A page of the caller's chats, newest activity first; of those that hold some words, where they are given.</summary>
public sealed record ListChats(string? Search, string? Cursor, int Limit) : IRequest<Result<Page<ChatDto>>>, IPageRequest;

internal sealed class ListChatsValidator : PageValidator<ListChats>
{
    private const int MostSearched = 200;

    public ListChatsValidator() => RuleFor(request => request.Search).MaximumLength(MostSearched).OverridePropertyName("q");
}

internal sealed class ListChatsHandler(IChatQueries chats, ICurrentUser user) : IRequestHandler<ListChats, Result<Page<ChatDto>>>
{
    public async Task<Result<Page<ChatDto>>> Handle(ListChats request, CancellationToken cancellationToken)
    {
        Cursor? after = Cursor.TryParse(request.Cursor, out var cursor) ? cursor : null;
        return await chats.ListAsync(user.Id, string.IsNullOrWhiteSpace(request.Search) ? null : request.Search, after, request.Limit, cancellationToken);
    }
}
