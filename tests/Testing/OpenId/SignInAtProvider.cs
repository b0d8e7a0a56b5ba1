namespace CleanLlm.Testing.OpenId;

/// <summary>What a provider remembers of a sign-in from the authorization request on.</summary>
/// <param name="Variant">How the provider behaves.</param>
/// <param name="ClientId">The client that asked.</param>
/// <param name="RedirectUri">Where the answer goes.</param>
/// <param name="Nonce">What the ID token has to repeat.</param>
/// <param name="Challenge">What the code verifier has to hash to.</param>
/// <param name="ChallengeMethod">How.</param>
/// <param name="State">What the answer has to repeat.</param>
public sealed record SignInAtProvider(
    string Variant, string ClientId, string RedirectUri, string? Nonce, string? Challenge, string? ChallengeMethod, string? State);
