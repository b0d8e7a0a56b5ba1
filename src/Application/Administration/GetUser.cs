using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;

namespace CleanLlm.Application.Administration;

/// <summary>Any user.</summary>
public sealed record GetUser(UserId Id) : IRequest<Result<AdminUserDto>>;

internal sealed class GetUserHandler(IUserDirectory users) : IRequestHandler<GetUser, Result<AdminUserDto>>
{
    public async Task<Result<AdminUserDto>> Handle(GetUser request, CancellationToken ct) =>
        await users.FindAsync(request.Id, ct) is { } user ? user : AdminErrors.UserNotFound;
}
