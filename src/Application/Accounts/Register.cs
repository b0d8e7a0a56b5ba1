using AutoMapper;
using CleanLlm.Application.Audit;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts;

/// <summary>Makes an account.</summary>
/// <param name="Email">Where the user can be reached, and what they sign in with.</param>
/// <param name="Password">Hashed, never stored.</param>
/// <param name="DisplayName">What they want to be called.</param>
public sealed record Register(string Email, string Password, string? DisplayName) : IRequest<Result<UserDto>>;

internal sealed class RegisterValidator : AbstractValidator<Register>
{
    public RegisterValidator()
    {
        RuleFor(request => request.Email).NewAddress();
        RuleFor(request => request.Password).NewPassword(request => request.Email);
        RuleFor(request => request.DisplayName).DisplayName();
    }
}

internal sealed class RegisterHandler(ICredentials credentials, IAccountMailQueue mails, IAuditTrail audit, IMapper mapper, TimeProvider clock)
    : IRequestHandler<Register, Result<UserDto>>
{
    public async Task<Result<UserDto>> Handle(Register request, CancellationToken ct)
    {
        var registered = User.Register(request.Email, request.DisplayName, clock.GetUtcNow());
        if (!registered.IsSuccess)
            return registered.Error;

        var id = registered.Value.Id;
        audit.Add(new AuditEvent(AuditActions.Registered, id.Value, id.Value));
        var created = await credentials.CreateAsync(registered.Value, request.Password, ct);
        if (!created.IsSuccess)
            return created.Error;

        mails.RequestConfirmation(id);
        return mapper.Map<UserDto>(created.Value);
    }
}
