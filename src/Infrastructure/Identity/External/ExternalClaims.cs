using System.Security.Claims;
using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.Results;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>Reads an identity out of the claims of a provider.</summary>
internal static class ExternalClaims
{
    private const string UserInfoPrefix = "userinfo:";

    /// <summary>The type of a claim that came from the user info endpoint and not in the ID token.</summary>
    public static string FromUserInfo(string claim) => UserInfoPrefix + claim;

    /// <summary>The user as the provider names them. An address and whether it was proved are taken from the same answer.</summary>
    public static Result<ExternalIdentity> Read(ExternalProviderOptions provider, ClaimsPrincipal? principal)
    {
        var subject = provider.Kind == ExternalProviderKind.Oidc ? "sub" : provider.SubjectClaim;
        Func<string, string> source = principal?.FindFirst(provider.EmailClaim) is null ? FromUserInfo : static claim => claim;
        return ExternalIdentity.Of(
            provider.Name,
            provider.ExpectedIssuer,
            principal?.FindFirstValue(subject),
            principal?.FindFirstValue(source(provider.EmailClaim)),
            // JSON's true, or the text that some providers send for it.
            string.Equals(principal?.FindFirstValue(source(provider.EmailVerifiedClaim)), "true", StringComparison.OrdinalIgnoreCase),
            principal?.FindFirstValue(provider.NameClaim) ?? principal?.FindFirstValue(FromUserInfo(provider.NameClaim)));
    }
}
