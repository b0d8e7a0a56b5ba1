namespace CleanLlm.Application.Completions.Admitting;

/// <summary>A request that its caller may repeat without making a second completion (IETF draft-ietf-httpapi-idempotency-key-header).</summary>
/// <param name="Key">What the caller named it by: 1 to 255 printable ASCII characters.</param>
/// <param name="Content">All that was asked, so that another request under the same key is noticed.</param>
public sealed record RepeatableRequest(string Key, ReadOnlyMemory<byte> Content)
{
    /// <summary>The longest key, in characters.</summary>
    public const int KeyMaxLength = 255;
}
