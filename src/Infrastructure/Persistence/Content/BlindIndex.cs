using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CleanLlm.Infrastructure.Persistence.Content;

/// <summary>
/// Words as tokens under a key of their owner: a search finds a token again, and the database does not learn the word. A token is the beginning of the
/// AES-256 encryption of the word, or of its SHA-256 where it is longer than a block: a keyed permutation, which costs a fraction of an HMAC for each word.
/// </summary>
/// <param name="dataKey">The owner's data key, from which the key of the index is derived (HKDF, RFC 5869).</param>
internal sealed class BlindIndex(byte[] dataKey)
{
    /// <summary>The characters of a token.</summary>
    public const int TokenLength = 8;

    private const int BlockBytes = 16;
    private const int TokenBytes = TokenLength * 3 / 4;
    private const byte Hashed = 0xFF;
    private const char Separator = ' ';

    private readonly byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, dataKey.Length, info: "blind-index"u8.ToArray());

    /// <summary>The tokens of the words of a text, as they are stored: in no order, with a blank before each.</summary>
    public string Of(string text)
    {
        var tokens = Tokens(SearchWords.Of(text));
        return tokens.Length == 0 ? "" : Separator + string.Join(Separator, tokens);
    }

    /// <summary>What a stored value must hold, each by itself, to be found by a query; none for a query without a word.</summary>
    public IReadOnlyList<string> OfQuery(string query) => [.. Tokens(SearchWords.OfQuery(query)).Select(token => Separator + token)];

    private string[] Tokens(HashSet<string> words)
    {
        var blocks = new byte[words.Count * BlockBytes];
        var at = 0;
        foreach (var word in words)
            Write(word, blocks.AsSpan(at++ * BlockBytes, BlockBytes));
        using var aes = Aes.Create();
        aes.Key = key;
        var encrypted = aes.EncryptEcb(blocks, PaddingMode.None);
        var tokens = new string[words.Count];
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = Base64Url.EncodeToString(encrypted.AsSpan(i * BlockBytes, TokenBytes));
        // In the order of the text they would tell more than which words it holds.
        Array.Sort(tokens, StringComparer.Ordinal);
        return tokens;
    }

    // The length first: no two words give the same block.
    private static void Write(string word, Span<byte> block)
    {
        var length = Encoding.UTF8.GetByteCount(word);
        if (length < BlockBytes)
        {
            block[0] = (byte)length;
            Encoding.UTF8.GetBytes(word, block[1..]);
            return;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(word), hash);
        hash[..BlockBytes].CopyTo(block);
        block[0] = Hashed;
    }
}
