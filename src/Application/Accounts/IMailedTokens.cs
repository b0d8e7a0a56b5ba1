using CleanLlm.Domain.Ids;
using CleanLlm.Domain.OneTimeTokens;

namespace CleanLlm.Application.Accounts;

/// <summary>The tokens in mails to users.</summary>
public interface IMailedTokens
{
    /// <summary>Stores a token of a user in the place of all their others of its purpose.</summary>
    Task ReplaceAsync(OneTimeToken token, CancellationToken ct);

    /// <summary>The token's owner; null when it is unknown, for another purpose, or expired.</summary>
    Task<UserId?> FindOwnerAsync(string hash, OneTimeTokenPurpose purpose, DateTimeOffset now, CancellationToken ct);

    /// <summary>Spends a token: of many that try it at once, one gets its owner and the others null.</summary>
    Task<UserId?> TakeAsync(string hash, OneTimeTokenPurpose purpose, DateTimeOffset now, CancellationToken ct);

    /// <summary>Makes the user's tokens of a purpose void.</summary>
    Task RemoveAsync(UserId user, OneTimeTokenPurpose purpose, CancellationToken ct);
}
