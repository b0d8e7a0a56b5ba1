namespace CleanLlm.Domain.OneTimeTokens;

/// <summary>What a one-time token may be used for; one made for another purpose does not count.</summary>
public enum OneTimeTokenPurpose
{
    /// <summary>Proves that a mailbox is its user's.</summary>
    ConfirmEmail = 1,

    /// <summary>Sets a new password without the old one.</summary>
    ResetPassword = 2,

    /// <summary>Hands the outcome of a sign-in at another provider to the front end.</summary>
    ExternalSignIn = 3,
}
