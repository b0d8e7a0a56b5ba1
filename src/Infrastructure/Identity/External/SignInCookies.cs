using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>The cookies that tie an answer of a provider to the browser that asked.</summary>
internal static class SignInCookies
{
    /// <summary>How long a person may take at the provider.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>How far the clocks of a provider and ours may be apart.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);

    /// <summary>Out of scripts' reach, not sent by other sites' forms, and over TLS where the request is.</summary>
    public static void Harden(RemoteAuthenticationOptions options, params CookieBuilder[] others)
    {
        options.RemoteAuthenticationTimeout = Lifetime;
        foreach (var cookie in others.Append(options.CorrelationCookie))
        {
            cookie.HttpOnly = true;
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }
    }
}
