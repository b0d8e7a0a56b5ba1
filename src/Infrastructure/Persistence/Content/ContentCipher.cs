using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using CleanLlm.Application.Faults;
using CleanLlm.Domain.Completions;
using CleanLlm.Infrastructure.Security;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>
/// Encrypts and decrypts the content of one owner, under the owner's data key. A stored value is <see cref="Prefix"/> and the base64 of an
/// <see cref="Envelope"/>, so that it fits the text column that held plain text before (docs/decisions/0061).
/// </summary>
/// <param name="key">The data key.</param>
/// <param name="owner">Whose it is.</param>
/// <param name="plain">The columns that may still hold plain text.</param>
internal sealed class ContentCipher(byte[] key, Guid owner, PlainColumns plain) : IOwnerCipher
{
    /// <summary>What every encrypted value begins with.</summary>
    public const string Prefix = "enc1:";

    // An owner has one data key.
    private const string KeyId = "1";

    private readonly Lazy<BlindIndex> index = new(() => new BlindIndex(key));

    /// <summary>The tokens that a search finds texts by.</summary>
    public BlindIndex Index => index.Value;

    /// <summary>Encrypts a value.</summary>
    /// <param name="column">Its column.</param>
    /// <param name="row">The id of its row.</param>
    /// <param name="text">The value; null stays null.</param>
    [return: NotNullIfNotNull(nameof(text))]
    public string? Seal(ContentColumn column, Guid row, string? text) => text is null
        ? null
        : Prefix + Convert.ToBase64String(Seal(Encoding.UTF8.GetBytes(text), column.PurposeOf(row, owner)));

    /// <inheritdoc />
    public byte[] Seal(ReadOnlySpan<byte> plain, string purpose) => Envelope.Seal(plain, KeyId, key, purpose);

    /// <inheritdoc />
    public byte[] Open(ReadOnlySpan<byte> envelope, string purpose) => Envelope.Open(envelope, key, purpose);

    /// <summary>Encrypts the calls of tools of a completion.</summary>
    public string Seal(Guid completion, IReadOnlyList<ToolCall> calls) =>
        calls.Count == 0 ? SealedToolCalls.None : Seal(ContentColumns.CompletionToolCalls, completion, JsonColumn.Write(calls));

    /// <summary>Decrypts the calls of tools of a completion.</summary>
    public IReadOnlyList<ToolCall> OpenCalls(Guid completion, string stored) =>
        stored == SealedToolCalls.None ? [] : JsonColumn.Read<IReadOnlyList<ToolCall>>(Open(ContentColumns.CompletionToolCalls, completion, stored));

    /// <summary>Decrypts a value.</summary>
    /// <param name="column">Its column.</param>
    /// <param name="row">The id of its row.</param>
    /// <param name="stored">As it is stored; null stays null. Plain text is given back as it is where the column may still hold some.</param>
    /// <exception cref="UnreadableContentException">It was changed, belongs to another row, column or owner, or is plain where it must not be.</exception>
    [return: NotNullIfNotNull(nameof(stored))]
    public string? Open(ContentColumn column, Guid row, string? stored)
    {
        if (stored is null)
            return null;
        if (!stored.StartsWith(Prefix, StringComparison.Ordinal))
            return plain.Contains(column) ? stored : throw new UnreadableContentException($"A value of {column.Table}.{column.Name} is not encrypted.");
        try
        {
            return Encoding.UTF8.GetString(Open(Convert.FromBase64String(stored[Prefix.Length..]), column.PurposeOf(row, owner)));
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            throw new UnreadableContentException($"A value of {column.Table}.{column.Name} cannot be decrypted.", fault);
        }
    }
}
