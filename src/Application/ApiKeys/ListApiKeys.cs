using CleanLlm.Application.Callers;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.ApiKeys;

/// <summary>The caller's API keys.</summary>
public sealed record ListApiKeys : IRequest<Result<IReadOnlyList<ApiKeyDto>>>;

internal sealed class ListApiKeysHandler(IApiKeyRepository keys, ICurrentUser user, TimeProvider clock)
    : IRequestHandler<ListApiKeys, Result<IReadOnlyList<ApiKeyDto>>>
{
    public async Task<Result<IReadOnlyList<ApiKeyDto>>> Handle(ListApiKeys request, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return Result<IReadOnlyList<ApiKeyDto>>.Success([.. (await keys.ListAsync(user.Id, ct)).Select(key => ApiKeyDto.From(key, now))]);
    }
}
