using AutoMapper;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>The account of the caller.</summary>
public sealed record GetMe : IRequest<Result<UserDto>>;

internal sealed class GetMeHandler(IUserRepository users, ICurrentUser current, IMapper mapper)
    : IRequestHandler<GetMe, Result<UserDto>>
{
    public async Task<Result<UserDto>> Handle(GetMe request, CancellationToken ct) =>
        await users.FindAsync(current.Id, ct) is { Disabled: false } user
            ? mapper.Map<UserDto>(user)
            : AuthErrors.AccountUnavailable;
}
