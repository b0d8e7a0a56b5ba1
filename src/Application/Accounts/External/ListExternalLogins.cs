using CleanLlm.Application.Callers;
using CleanLlm.Domain.Results;
using MediatR;

namespace CleanLlm.Application.Accounts.External;

/// <summary>The providers that the caller can sign in with.</summary>
public sealed record ListExternalLogins : IRequest<Result<IReadOnlyList<ExternalLoginDto>>>;

internal sealed class ListExternalLoginsHandler(IExternalLogins logins, IExternalProviders providers, ICurrentUser user)
    : IRequestHandler<ListExternalLogins, Result<IReadOnlyList<ExternalLoginDto>>>
{
    public async Task<Result<IReadOnlyList<ExternalLoginDto>>> Handle(ListExternalLogins request, CancellationToken ct)
    {
        var linked = await logins.ListAsync(user.Id, ct);
        return Result<IReadOnlyList<ExternalLoginDto>>.Success([.. linked.Select(name => ExternalLoginDto.Of(name, providers))]);
    }
}

/// <summary>A provider that is linked to the account.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="DisplayName">What a person reads; its name when it is no longer configured.</param>
public sealed record ExternalLoginDto(string Provider, string DisplayName)
{
    internal static ExternalLoginDto Of(string name, IExternalProviders providers) =>
        new(name, providers.All.FirstOrDefault(known => known.Name == name)?.DisplayName ?? name);
}
