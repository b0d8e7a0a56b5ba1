using CleanLlm.Domain.ExternalLogins;

namespace CleanLlm.Application.Accounts.External;

/// <summary>What the browser whose request is being answered, and that comes back from a provider, is told. Implemented where HTTP answers are made.</summary>
public interface IExternalSignInAnswers
{
    /// <summary>The provider's answer was right.</summary>
    /// <param name="identity">The user there.</param>
    /// <param name="returnUrl">Where it goes, as it was when the sign-in began.</param>
    Task SucceedAsync(ExternalIdentity identity, string returnUrl);

    /// <summary>The answer was none that can be used.</summary>
    /// <param name="returnUrl">Where it goes; null when the sign-in was none of ours.</param>
    /// <param name="denied">Whether the user said no.</param>
    Task FailAsync(string? returnUrl, bool denied);
}
