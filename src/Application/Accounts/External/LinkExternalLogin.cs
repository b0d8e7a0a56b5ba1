using System.Text.Json;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts.External;

/// <summary>Lets the caller sign in with an identity elsewhere from now on.</summary>
/// <param name="Code">As the browser brought it back from the provider.</param>
public sealed record LinkExternalLogin(string Code) : IRequest<Result<ExternalLoginDto>>;

internal sealed class LinkExternalLoginValidator : AbstractValidator<LinkExternalLogin>
{
    public LinkExternalLoginValidator() => RuleFor(request => request.Code).NotEmpty().MaximumLength(ExternalCode.MaxLength);
}

internal sealed class LinkExternalLoginHandler(
    IExternalCodes codes, IExternalLogins logins, IExternalProviders providers, IAuditTrail audit, ICurrentUser current, TimeProvider clock)
    : IRequestHandler<LinkExternalLogin, Result<ExternalLoginDto>>
{
    public async Task<Result<ExternalLoginDto>> Handle(LinkExternalLogin request, CancellationToken ct)
    {
        if (await ExternalCode.SpendAsync(request.Code, codes, clock, ct) is not { } identity)
            return AuthErrors.InvalidOneTimeToken;

        var owner = await logins.FindUserAsync(identity, ct);
        if (owner is null)
        {
            audit.Add(new AuditEvent(
                AuditActions.ExternalLinked, current.Id.Value, current.Id.Value, JsonSerializer.Serialize(new { provider = identity.Provider })));
            if ((await logins.LinkAsync(current.Id, identity, ct)).Error is { } error)
                return error;
        }
        else if (owner.Id != current.Id)
        {
            return AuthErrors.ExternalAlreadyLinked;
        }

        return ExternalLoginDto.Of(identity.Provider, providers);
    }
}
