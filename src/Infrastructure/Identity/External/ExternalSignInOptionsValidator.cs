using CleanLlm.Application.Accounts.External;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>The program does not start with providers that are incomplete, or in Production insecure.</summary>
internal sealed class ExternalSignInOptionsValidator(IHostEnvironment environment) : IValidateOptions<ExternalSignInOptions>
{
    private const int NameMaxLength = 32;
    private const int SecretMinLength = 16;
    private const int SecretMinVariety = 8;

    public ValidateOptionsResult Validate(string? name, ExternalSignInOptions options)
    {
        List<string> failures = [];
        for (var i = 0; i < options.External.Count; i++)
            failures.AddRange(Faults(options.External[i]).Select(fault => $"{ExternalProviderOptions.Section}:{i}:{fault}"));
        if (options.External.DistinctBy(provider => provider.Name, StringComparer.Ordinal).Count() < options.External.Count)
            failures.Add($"{ExternalProviderOptions.Section}: each provider needs a Name of its own.");
        for (var i = 0; i < options.ReturnUrls.Count; i++)
        {
            if (!ReturnUrls.IsAddress(options.ReturnUrls[i]))
                failures.Add($"Auth:ReturnUrls:{i} must be an absolute address without user info, query and fragment.");
            else if (options.ReturnUrls[i].StartsWith("http:", StringComparison.Ordinal) && environment.IsProduction() && !new Uri(options.ReturnUrls[i]).IsLoopback)
                failures.Add($"Auth:ReturnUrls:{i} must be https in Production.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Faults(ExternalProviderOptions provider)
    {
        if (provider.Name is not { Length: >= 1 and <= NameMaxLength } || !provider.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            yield return $"Name must have 1 to {NameMaxLength} of a-z, 0-9 and '-'.";
        if (string.IsNullOrWhiteSpace(provider.ClientId))
            yield return "ClientId is missing.";
        if (string.IsNullOrEmpty(provider.ClientSecret) && (provider.Kind == ExternalProviderKind.OAuth2 || environment.IsProduction()))
            yield return "ClientSecret is missing.";
        else if (environment.IsProduction() && (provider.ClientSecret!.Length < SecretMinLength || provider.ClientSecret.Distinct().Count() < SecretMinVariety))
            yield return $"ClientSecret is too short or a placeholder: it has at least {SecretMinLength} characters.";
        foreach (var (setting, value, needed) in Endpoints(provider))
        {
            if (needed && string.IsNullOrEmpty(value))
                yield return $"{setting} is missing.";
            else if (!string.IsNullOrEmpty(value) && !EndpointRule.Allows(value, environment))
                yield return $"{setting} must be an https address; http only for loopback, and not in Production.";
        }
    }

    private static IEnumerable<(string Setting, string? Value, bool Needed)> Endpoints(ExternalProviderOptions provider)
    {
        var plain = provider.Kind == ExternalProviderKind.OAuth2;
        yield return (nameof(provider.Authority), provider.Authority, !plain);
        yield return (nameof(provider.AuthorizationEndpoint), provider.AuthorizationEndpoint, plain);
        yield return (nameof(provider.TokenEndpoint), provider.TokenEndpoint, plain);
        yield return (nameof(provider.UserInformationEndpoint), provider.UserInformationEndpoint, plain);
        yield return (nameof(provider.UserEmailsEndpoint), provider.UserEmailsEndpoint, Needed: false);
    }
}
