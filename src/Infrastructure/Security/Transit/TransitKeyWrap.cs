using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Security;
using Microsoft.Extensions.Options;
using Refit;

namespace CleanLlm.Infrastructure.Security.Transit;

/// <summary>
/// Wraps data keys in a transit engine. The id of a key-encryption key is its name and version, so that a rotation in the engine is one here. What the
/// configured keys had wrapped before still opens, and is wrapped again by the engine.
/// </summary>
/// <param name="api">The engine.</param>
/// <param name="configured">The configured keys.</param>
/// <param name="options">Which key.</param>
internal sealed class TransitKeyWrap(ITransitApi api, ConfiguredKeyWrap configured, IOptions<TransitOptions> options) : IDataKeyWrap
{
    // No id of a configured key has a colon.
    private const string VersionMark = ":v";

    private readonly TransitOptions settings = options.Value;

    public async ValueTask<string> CurrentIdAsync(CancellationToken ct) =>
        IdOf(settings.Key, (await AskAsync(() => api.ReadKeyAsync(settings.Mount, settings.Key, ct), ct)).LatestVersion.ToString(CultureInfo.InvariantCulture));

    public async ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, string purpose, CancellationToken ct)
    {
        var plain = new TransitPlaintext(Convert.ToBase64String(key.Span), Base64(purpose));
        var wrapped = (await AskAsync(() => api.EncryptAsync(settings.Mount, settings.Key, plain, ct), ct)).Ciphertext;
        // The form is vault:v3:…, of which the middle is the version.
        return wrapped.Split(':') is [_, ['v', .. var version], ..]
            ? new WrappedKey(IdOf(settings.Key, version), Encoding.ASCII.GetBytes(wrapped))
            : throw new KeyServiceException("The key management service answered with what is no ciphertext of a transit engine.");
    }

    public async ValueTask<byte[]> UnwrapAsync(string kekId, ReadOnlyMemory<byte> wrapped, string purpose, CancellationToken ct)
    {
        if (kekId.LastIndexOf(VersionMark, StringComparison.Ordinal) is not (> 0 and var end))
            return await configured.UnwrapAsync(kekId, wrapped, purpose, ct);
        // Another key than the one that wraps now may have wrapped it.
        var key = kekId[..end];
        var ciphertext = new TransitCiphertext(Encoding.ASCII.GetString(wrapped.Span), Base64(purpose));
        var plain = (await AskAsync(() => api.DecryptAsync(settings.Mount, key, ciphertext, ct), ct)).Plaintext;
        try
        {
            return Convert.FromBase64String(plain);
        }
        catch (FormatException other)
        {
            throw new KeyServiceException("The key management service answered with what is no base64.", other);
        }
    }

    private static string IdOf(string key, string version) => $"{key}{VersionMark}{version}";

    private static string Base64(string purpose) => Convert.ToBase64String(Encoding.UTF8.GetBytes(purpose));

    private static async Task<T> AskAsync<T>(Func<Task<TransitAnswer<T>>> call, CancellationToken ct)
        where T : class
    {
        try
        {
            return (await call()).Data ?? throw new KeyServiceException("The key management service answered without data.");
        }
        // What is refused for its content stays refused: it was changed, or belongs elsewhere, or its key is gone.
        catch (ApiException refused) when (refused.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
        {
            throw new CryptographicException($"The key management service refused a key ({(int)refused.StatusCode}).", refused);
        }
        catch (ApiException failed)
        {
            throw new KeyServiceException($"The key management service answered {(int)failed.StatusCode}.", failed);
        }
        catch (Exception fault) when (fault is not KeyServiceException)
        {
            ct.ThrowIfCancellationRequested();
            throw new KeyServiceException("The key management service cannot be reached.", fault);
        }
    }
}
