using CleanLlm.Application.Ai;
using Microsoft.Extensions.Hosting;
using Microsoft.ML.Tokenizers;

namespace CleanLlm.Infrastructure.Ai.Tokens;

/// <summary>Counts with the o200k_base vocabulary of OpenAI's present models; a close estimate for others. Loaded once, at first use.</summary>
internal sealed class O200kTokenCounter : ITokenCounter
{
    // Byte pair encoding takes the square of a word's length: 100,000 ideographs without a stop between them kept a core busy for 37 s.
    private const int LongestPiece = 256;

    private readonly Lazy<TiktokenTokenizer> tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    /// <summary>Exact where a place to cut comes at least every 256 characters; otherwise one more or less for each 256.</summary>
    public int Count(string text)
    {
        var tokens = 0;
        for (var rest = Plain(text).AsSpan(); !rest.IsEmpty;)
        {
            var piece = rest[..PieceOf(rest)];
            tokens += tokenizer.Value.CountTokens(piece);
            rest = rest[piece.Length..];
        }

        return tokens;
    }

    /// <summary>
    /// Within a text <c>&lt;|endoftext|&gt;</c> is plain text to providers, about seven tokens; the tokenizer would take it for one special token.
    /// </summary>
    private static string Plain(string text) =>
        text.Contains("<|", StringComparison.Ordinal) ? text.Replace("<|", "< |", StringComparison.Ordinal) : text;

    private static int PieceOf(ReadOnlySpan<char> text)
    {
        if (text.Length <= LongestPiece)
            return text.Length;
        for (var i = LongestPiece; i > 0; i--)
        {
            if (IsBetweenWords(text[i - 1], text[i]))
                return i;
        }

        return char.IsHighSurrogate(text[LongestPiece - 1]) ? LongestPiece - 1 : LongestPiece;
    }

    /// <summary>Where the vocabulary's own pattern always ends one word and begins the next.</summary>
    private static bool IsBetweenWords(char before, char after) => after == ' '
        ? !char.IsWhiteSpace(before)
        : after != '\'' && (char.IsPunctuation(after) || char.IsSymbol(after)) && char.IsLetterOrDigit(before);
}

/// <summary>Loads the vocabulary before the first request, which would otherwise wait for it on a thread of the pool.</summary>
internal sealed class TokenCounterWarmUp(ITokenCounter counter) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(() => counter.Count("Warm, wärmer, 12.5 °C!"), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
