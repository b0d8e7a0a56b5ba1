using CleanLlm.Domain.OneTimeTokens;

namespace CleanLlm.Application.Accounts.External;

/// <summary>One-time codes that stand for the outcome of a sign-in elsewhere.</summary>
public interface IExternalCodes
{
    /// <summary>Stores a code; those that have expired go.</summary>
    Task AddAsync(OneTimeToken code, CancellationToken ct);

    /// <summary>Takes a code out of the store: of all that ask for it, on whichever instance, one gets it.</summary>
    /// <returns>What it carries; null when it is unknown, spent or expired.</returns>
    Task<string?> TakeAsync(string hash, DateTimeOffset now, CancellationToken ct);
}
