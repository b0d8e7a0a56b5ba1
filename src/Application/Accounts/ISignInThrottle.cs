namespace CleanLlm.Application.Accounts;

/// <summary>Bounds how many guesses at an account are evaluated, without letting anybody lock its owner out.</summary>
public interface ISignInThrottle
{
    /// <summary>Whether this attempt may be evaluated. One that may not is answered like a wrong one, after the same time.</summary>
    ValueTask<bool> TryAsync(string email, CancellationToken ct);

    /// <summary>The attempt was its owner's: it does not count.</summary>
    ValueTask SucceededAsync(string email, CancellationToken ct);
}
