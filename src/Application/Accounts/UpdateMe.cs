using AutoMapper;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Changes what the caller says about themselves.</summary>
/// <param name="DisplayName">What they want to be called; absent leaves it, blank removes it.</param>
public sealed record UpdateMe(string? DisplayName) : IRequest<Result<UserDto>>;

internal sealed class UpdateMeValidator : AbstractValidator<UpdateMe>
{
    public UpdateMeValidator() => RuleFor(request => request.DisplayName).DisplayName();
}

internal sealed class UpdateMeHandler(IUserRepository users, ICurrentUser current, IMapper mapper)
    : IRequestHandler<UpdateMe, Result<UserDto>>
{
    public async Task<Result<UserDto>> Handle(UpdateMe request, CancellationToken ct)
    {
        if (await users.FindAsync(current.Id, ct) is not { Disabled: false } user)
            return AuthErrors.AccountUnavailable;
        if (request.DisplayName is { } name && user.Rename(name).Error is { } error)
            return error;

        return await users.SaveAsync(user, ct) ? mapper.Map<UserDto>(user) : AuthErrors.AccountUnavailable;
    }
}
