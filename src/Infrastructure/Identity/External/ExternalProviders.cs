using CleanLlm.Application.Accounts.External;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>The configured providers; those that speak OpenID Connect tell their endpoints themselves.</summary>
internal sealed partial class ExternalProviders(
    IOptions<ExternalSignInOptions> options,
    IOptionsMonitor<OpenIdConnectOptions> schemes,
    IHostEnvironment environment,
    ILogger<ExternalProviders> logger) : IExternalProviders
{
    public IReadOnlyList<ExternalProvider> All { get; } =
        [.. options.Value.External.Select(provider => new ExternalProvider(provider.Name, provider.DisplayName ?? provider.Name, provider.Scheme))];

    public IReadOnlyList<string> ReturnUrls { get; } = [.. options.Value.ReturnUrls];

    public async Task<Error?> PrepareAsync(ExternalProvider provider, CancellationToken ct)
    {
        if (options.Value.External.First(known => known.Name == provider.Name).Kind != ExternalProviderKind.Oidc)
            return null;

        try
        {
            var told = await schemes.Get(provider.Scheme).ConfigurationManager!.GetConfigurationAsync(ct);
            if (EndpointRule.Allows(told.AuthorizationEndpoint, environment) && EndpointRule.Allows(told.TokenEndpoint, environment))
                return null;
            LogInsecure(provider.Name);
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or HttpRequestException && !ct.IsCancellationRequested)
        {
            LogUnavailable(provider.Name, exception.GetType().Name, exception.InnerException?.GetType().Name ?? "");
        }

        return AuthErrors.ExternalUnavailable;
    }

    [LoggerMessage(LogLevel.Warning, "The sign-in provider {Provider} does not tell its settings ({Failure} {Cause})")]
    private partial void LogUnavailable(string provider, string failure, string cause);

    [LoggerMessage(LogLevel.Warning, "The sign-in provider {Provider} names endpoints that are not https")]
    private partial void LogInsecure(string provider);
}
