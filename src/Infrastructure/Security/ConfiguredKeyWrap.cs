using CleanLlm.Application.Security;

namespace CleanLlm.Infrastructure.Security;

/// <summary>Wraps data keys under the key-encryption keys of the configuration.</summary>
internal sealed class ConfiguredKeyWrap(KeyWrap wrap, KeyEncryptionKeys keys) : IDataKeyWrap
{
    public ValueTask<string> CurrentIdAsync(CancellationToken ct) => ValueTask.FromResult(keys.CurrentId);

    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, string purpose, CancellationToken ct) =>
        ValueTask.FromResult(new WrappedKey(keys.CurrentId, wrap.Wrap(key.Span, purpose)));

    // The envelope says itself which key wrapped it, and that is authenticated.
    public ValueTask<byte[]> UnwrapAsync(string kekId, ReadOnlyMemory<byte> wrapped, string purpose, CancellationToken ct) =>
        ValueTask.FromResult(wrap.Unwrap(wrapped.Span, purpose));
}
