using System.Text.Json.Serialization;
using Refit;

namespace CleanLlm.Infrastructure.Security.Transit;

/// <summary>The calls of a transit engine (https://developer.hashicorp.com/vault/api-docs/secret/transit). Binary values are base64.</summary>
internal interface ITransitApi
{
    /// <summary>Tells the newest version of a key, which encrypts.</summary>
    [Get("/v1/{**mount}/keys/{key}")]
    Task<TransitAnswer<TransitKey>> ReadKeyAsync(string mount, string key, CancellationToken ct);

    /// <summary>Encrypts under the newest version of a key.</summary>
    [Post("/v1/{**mount}/encrypt/{key}")]
    Task<TransitAnswer<TransitCiphertext>> EncryptAsync(string mount, string key, [Body(buffered: true)] TransitPlaintext plain, CancellationToken ct);

    /// <summary>Decrypts under the version that the ciphertext names.</summary>
    [Post("/v1/{**mount}/decrypt/{key}")]
    Task<TransitAnswer<TransitPlaintext>> DecryptAsync(string mount, string key, [Body(buffered: true)] TransitCiphertext ciphertext, CancellationToken ct);
}

/// <summary>The envelope of every answer.</summary>
internal sealed record TransitAnswer<T>([property: JsonPropertyName("data")] T? Data)
    where T : class;

/// <summary>What is told of a key.</summary>
internal sealed record TransitKey([property: JsonPropertyName("latest_version")] int LatestVersion);

/// <summary>A value that is, or is to be, encrypted for a place.</summary>
internal sealed record TransitPlaintext(
    [property: JsonPropertyName("plaintext")] string Plaintext,
    [property: JsonPropertyName("associated_data"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AssociatedData = null)
{
    // A record would print the key.
    public override string ToString() => nameof(TransitPlaintext);
}

/// <summary>An encrypted value, as <c>vault:v3:…</c>.</summary>
internal sealed record TransitCiphertext(
    [property: JsonPropertyName("ciphertext")] string Ciphertext,
    [property: JsonPropertyName("associated_data"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AssociatedData = null);
