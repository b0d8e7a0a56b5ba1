using CleanLlm.Application.Accounts;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>A user's API keys, without their secrets.</summary>
/// <param name="UserId">Whose keys.</param>
public sealed record ListUserApiKeys(UserId UserId) : IRequest<Result<IReadOnlyList<ApiKeyDto>>>;

internal sealed class ListUserApiKeysHandler(IUserRepository users, IApiKeyRepository keys, TimeProvider clock)
    : IRequestHandler<ListUserApiKeys, Result<IReadOnlyList<ApiKeyDto>>>
{
    public async Task<Result<IReadOnlyList<ApiKeyDto>>> Handle(ListUserApiKeys request, CancellationToken ct)
    {
        if (await users.FindAsync(request.UserId, ct) is null)
            return AdminErrors.UserNotFound;

        var now = clock.GetUtcNow();
        return Result<IReadOnlyList<ApiKeyDto>>.Success([.. (await keys.ListAsync(request.UserId, ct)).Select(key => ApiKeyDto.From(key, now))]);
    }
}
