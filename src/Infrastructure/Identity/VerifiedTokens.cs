using System.Collections.Concurrent;
using System.Security.Claims;
using CleanLlm.Infrastructure.Security.Signing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>
/// Verifies access tokens, each once while the same signing keys are in memory: a minute, or less when they change
/// (docs/decisions/0024). A token's time is looked at every time, and whether its session is open is not asked here at all.
/// </summary>
internal sealed class VerifiedTokens(SigningKeyRing keys) : JsonWebTokenHandler
{
    /// <summary>Tokens that are remembered at most, about 5 KB each; further ones are verified at each use.</summary>
    public const int Capacity = 2_000;

    private volatile Generation generation = new(null);

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        var current = await KeysAsync();
        var known = generation;
        if (known.Keys != current)
            generation = known = new Generation(current);

        if (known.Tokens.TryGetValue(token, out var verified) && verified.IsInTime(validationParameters))
            return verified.ToResult();

        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (result.IsValid && known.Tokens.Count < Capacity)
            known.Tokens[token] = new VerifiedToken((JsonWebToken)result.SecurityToken, result.ClaimsIdentity.Clone());
        return result;
    }

    // The framework takes whatever is thrown here for a token that does not count.
    private async ValueTask<SigningKeySet> KeysAsync()
    {
        try
        {
            return await keys.GetAsync(CancellationToken.None);
        }
        catch (Exception fault)
        {
            throw new SigningKeysUnavailableException(fault);
        }
    }

    /// <summary>What was verified with one state of the keys, and is forgotten with it.</summary>
    private sealed class Generation(SigningKeySet? keys)
    {
        public SigningKeySet? Keys => keys;

        public ConcurrentDictionary<string, VerifiedToken> Tokens { get; } = new(StringComparer.Ordinal);
    }

    private sealed class VerifiedToken(JsonWebToken token, ClaimsIdentity identity)
    {
        public bool IsInTime(TokenValidationParameters parameters) => parameters.LifetimeValidator(token.ValidFrom, token.ValidTo, token, parameters);

        // Each request gets claims of its own: the role in them is replaced by the one that holds.
        public TokenValidationResult ToResult() => new() { IsValid = true, SecurityToken = token, ClaimsIdentity = identity.Clone() };
    }
}
