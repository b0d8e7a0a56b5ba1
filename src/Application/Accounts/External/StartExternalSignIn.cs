using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using FluentValidation;
using MediatR;

namespace CleanLlm.Application.Accounts.External;

/// <summary>Begins a sign-in at another provider.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="ReturnUrl">Where the browser goes with the outcome; on the list of the configuration.</param>
public sealed record StartExternalSignIn(string Provider, string ReturnUrl) : IRequest<Result<ExternalChallenge>>;

internal sealed class StartExternalSignInValidator : AbstractValidator<StartExternalSignIn>
{
    public StartExternalSignInValidator(IExternalProviders providers) =>
        RuleFor(request => request.ReturnUrl)
            .Must(url => ReturnUrls.Allow(providers.ReturnUrls, url))
            .WithMessage("Must be an address of the configured list; its query is free but for 'code' and 'error', and it has no fragment.");
}

internal sealed class StartExternalSignInHandler(IExternalProviders providers)
    : IRequestHandler<StartExternalSignIn, Result<ExternalChallenge>>
{
    public async Task<Result<ExternalChallenge>> Handle(StartExternalSignIn request, CancellationToken ct)
    {
        if (providers.All.FirstOrDefault(known => known.Name == request.Provider) is not { } provider)
            return AuthErrors.ExternalProviderNotFound;
        if (await providers.PrepareAsync(provider, ct) is { } error)
            return error;

        return new ExternalChallenge(provider.Scheme, request.ReturnUrl);
    }
}

/// <summary>What it takes to send a browser to a provider.</summary>
/// <param name="Scheme">The authentication scheme that speaks to it.</param>
/// <param name="ReturnUrl">Where the browser goes in the end.</param>
public sealed record ExternalChallenge(string Scheme, string ReturnUrl);
