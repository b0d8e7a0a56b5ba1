using System.Text;
using System.Text.RegularExpressions;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.Hosting;

namespace CleanLlm.Infrastructure.Ai.Tokens;

/// <summary>Counts with the o200k_base vocabulary of OpenAI's present models; a close estimate for others. Loaded once, at first use.</summary>
internal sealed partial class O200kTokenCounter : ITokenCounter
{
    /// <summary>
    /// The most characters that one token covers: 128 spaces. In bytes of UTF-8 it is the same, so one token never covers more than so many
    /// bytes either.
    /// </summary>
    public const int LongestToken = 128;

    /// <summary>The most letters and digits that one token covers: the alphabet.</summary>
    public const int MostLettersOfAToken = 26;

    // Byte pair encoding takes the square of a word's length: 100,000 ideographs without a stop between them kept a core busy for 37 s.
    private const int LongestPiece = 256;

    private readonly Lazy<BytePairVocabulary> vocabulary =
        new(() => BytePairVocabulary.Read("Microsoft.ML.Tokenizers.Data.O200kBase", "o200k_base.tiktoken.deflate"));

    /// <summary>Exact where a place to cut comes at least every 256 characters; otherwise one more or less for each 256.</summary>
    public int Count(string text) => CountUpTo(text, int.MaxValue);

    /// <inheritdoc />
    public int Count(string text, int most) => AtLeast(text) is var least && least > most ? least : CountUpTo(text, most);

    /// <inheritdoc />
    public int AtLeast(string text)
    {
        var letters = 0;
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
                letters++;
        }

        return Math.Max(Share(text.Length, LongestToken), Share(letters, MostLettersOfAToken));
    }

    private static int Share(int whole, int part) => (whole / part) + (whole % part > 0 ? 1 : 0);

    private int CountUpTo(string text, int most)
    {
        var (tokens, ofLast) = (0, 0);
        ReadOnlySpan<char> last = [];
        for (var rest = text.AsSpan(); !rest.IsEmpty && tokens <= most;)
        {
            var piece = rest[..PieceOf(rest)];
            // A run of one character, or of a few in turn, is the same piece again and again: megabytes of it cost no more than looking.
            if (!piece.SequenceEqual(last))
            {
                ofLast = CountPiece(piece);
                last = piece;
            }

            tokens += ofLast;
            rest = rest[piece.Length..];
        }

        return tokens;
    }

    private int CountPiece(ReadOnlySpan<char> piece)
    {
        var tokens = 0;
        Span<byte> word = stackalloc byte[BytePairVocabulary.LongestWord];
        foreach (var match in Words().EnumerateMatches(piece))
            tokens += vocabulary.Value.Count(word[..Encoding.UTF8.GetBytes(piece.Slice(match.Index, match.Length), word)]);
        return tokens;
    }

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

    /// <summary>The vocabulary's own pattern, as OpenAI published it: words are encoded each by itself. A piece is short, so no match takes long.</summary>
    [GeneratedRegex(
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Words();
}

/// <summary>Loads the vocabulary before the first request, which would otherwise wait for it on a thread of the pool.</summary>
internal sealed class TokenCounterWarmUp(ITokenCounter counter) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(() => counter.Count("Warm, wärmer, 12.5 °C!"), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
