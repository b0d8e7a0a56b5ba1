using System.Text.Json;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Callers;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts.External;

/// <summary>The caller no longer signs in with a provider; there has to be another way left.</summary>
/// <param name="Provider">Its name; it need not be configured any more.</param>
public sealed record UnlinkExternalLogin(string Provider) : IRequest<Result<Unit>>;

internal sealed class UnlinkExternalLoginValidator : AbstractValidator<UnlinkExternalLogin>
{
    private const int NameMaxLength = 32;

    public UnlinkExternalLoginValidator() => RuleFor(request => request.Provider).NotEmpty().MaximumLength(NameMaxLength);
}

internal sealed class UnlinkExternalLoginHandler(IExternalLogins logins, IAuditTrail audit, ICurrentUser current)
    : IRequestHandler<UnlinkExternalLogin, Result<Unit>>
{
    public Task<Result<Unit>> Handle(UnlinkExternalLogin request, CancellationToken ct)
    {
        audit.Add(new AuditEvent(
            AuditActions.ExternalUnlinked, current.Id.Value, current.Id.Value, JsonSerializer.Serialize(new { provider = request.Provider })));
        return logins.UnlinkAsync(current.Id, request.Provider, ct);
    }
}
