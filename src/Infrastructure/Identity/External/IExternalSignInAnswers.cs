using CleanLlm.Domain.ExternalLogins;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.Infrastructure.Identity.External;

/// <summary>What a browser that comes back from a provider is told. Implemented where HTTP answers are made.</summary>
public interface IExternalSignInAnswers
{
    /// <summary>The provider's answer was right.</summary>
    /// <param name="http">The browser's request.</param>
    /// <param name="identity">Who it is there.</param>
    /// <param name="returnUrl">Where it goes, as it was when the sign-in began.</param>
    Task SucceedAsync(HttpContext http, ExternalIdentity identity, string returnUrl);

    /// <summary>The answer was none that can be used.</summary>
    /// <param name="http">The browser's request.</param>
    /// <param name="returnUrl">Where it goes; null when the sign-in was none of ours.</param>
    /// <param name="denied">Whether the user said no.</param>
    Task FailAsync(HttpContext http, string? returnUrl, bool denied);
}
