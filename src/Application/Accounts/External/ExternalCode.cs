using System.Text.Json;
using CleanLlm.Application.Security;
using CleanLlm.Domain.ExternalLogins;
using CleanLlm.Domain.OneTimeTokens;

namespace CleanLlm.Application.Accounts.External;

/// <summary>The secret that carries the outcome of a sign-in elsewhere through the browser: 256 bits, stored as a hash only.</summary>
internal readonly record struct ExternalCode(string Value)
{
    /// <summary>Longer than any code that was ever handed out, in characters.</summary>
    public const int MaxLength = 200;

    /// <summary>How long it works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    public static ExternalCode New() => new(SecretToken.New().Value);

    /// <summary>What is stored of it.</summary>
    public OneTimeToken For(ExternalIdentity identity, DateTimeOffset now) =>
        OneTimeToken.With(JsonSerializer.Serialize(identity), OneTimeTokenPurpose.ExternalSignIn, SecretToken.HashOf(Value), Lifetime, now);

    /// <summary>Spends a code for the identity that it stands for; null when it does not work.</summary>
    public static async Task<ExternalIdentity?> SpendAsync(string code, IExternalCodes codes, TimeProvider clock, CancellationToken ct) =>
        await codes.TakeAsync(SecretToken.HashOf(code), clock.GetUtcNow(), ct) is { } payload ? JsonSerializer.Deserialize<ExternalIdentity>(payload) : null;

    public override string ToString() => "(secret)";
}
