using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Accounts.External;

/// <summary>Ends a sign-in at another provider: a one-time code for the front end, valid for a minute.</summary>
/// <param name="Identity">The user there.</param>
public sealed record IssueExternalCode(ExternalIdentity Identity) : IRequest<Result<string>>;

internal sealed class IssueExternalCodeHandler(IExternalCodes codes, TimeProvider clock) : IRequestHandler<IssueExternalCode, Result<string>>
{
    public async Task<Result<string>> Handle(IssueExternalCode request, CancellationToken ct)
    {
        var code = ExternalCode.New();
        await codes.AddAsync(code.For(request.Identity, clock.GetUtcNow()), ct);
        return code.Value;
    }
}
