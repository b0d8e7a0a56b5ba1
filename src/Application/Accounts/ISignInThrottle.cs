using CleanLlm.Domain.Users;

namespace CleanLlm.Application.Accounts;

/// <summary>Bounds how many guesses at an account are evaluated, without letting a caller lock its owner out.</summary>
public interface ISignInThrottle
{
    /// <summary>Whether this attempt may be evaluated. One that may not is answered like a wrong one, after the same time.</summary>
    ValueTask<bool> TryAsync(EmailAddress email, CancellationToken ct);

    /// <summary>The attempt was its owner's, or was not looked at: it does not count.</summary>
    ValueTask SucceededAsync(EmailAddress email, CancellationToken ct);
}
