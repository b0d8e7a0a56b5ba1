using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace CleanLlm.Infrastructure.Ai.Tokens;

/// <summary>
/// The tokens of a byte pair encoding, each known by its rank: of two pairs in a word, the one of lower rank is joined first (Sennrich et al.,
/// arXiv:1508.07909). All tokens lie in one array behind each other, and a table of open addresses finds them: some 5 MB in place of the 40
/// of objects in dictionaries (docs/decisions/0058).
/// </summary>
internal sealed class BytePairVocabulary
{
    /// <summary>The longest word that is counted, in bytes.</summary>
    public const int LongestWord = 1024;

    private const int NoToken = int.MaxValue;

    private readonly byte[] tokens;

    // Where each token ends, by its rank.
    private readonly int[] ends;

    // Ranks counted from 1, each at the first free place from its hash on; 0 is a free place.
    private readonly int[] places;

    private BytePairVocabulary(byte[] tokens, int[] ends)
    {
        (this.tokens, this.ends) = (tokens, ends);
        // At most half full, so that what is no token is soon known to be none.
        places = new int[BitOperations.RoundUpToPowerOf2((uint)ends.Length * 2)];
        for (var rank = 0; rank < ends.Length; rank++)
        {
            var place = PlaceOf(TokenOf(rank));
            while (places[place] != 0)
                place = (place + 1) & (places.Length - 1);
            places[place] = rank + 1;
        }
    }

    /// <summary>Reads a vocabulary of one token a line, base64, in the order of their ranks, as a package of Microsoft.ML.Tokenizers holds it.</summary>
    /// <param name="assembly">The package's assembly.</param>
    /// <param name="resource">The name of its one resource.</param>
    /// <exception cref="InvalidDataException">The package does not hold it in this form.</exception>
    public static BytePairVocabulary Read(string assembly, string resource)
    {
        using var packed = Assembly.Load(assembly).GetManifestResourceStream(resource) ?? throw new InvalidDataException($"{assembly} has no {resource}.");
        using var lines = new StreamReader(new DeflateStream(packed, CompressionMode.Decompress));
        if (lines.ReadLine()?.Split(": ") is not ["Capacity", var figure] || !int.TryParse(figure, NumberStyles.None, CultureInfo.InvariantCulture, out var most))
            throw new InvalidDataException($"{resource} does not begin with its length.");

        var endsOfAll = new List<int>(most);
        var all = new List<byte>(most * 8);
        Span<byte> token = stackalloc byte[LongestWord];
        while (lines.ReadLine() is { } line)
        {
            if (!Convert.TryFromBase64String(line, token, out var length))
                throw new InvalidDataException($"{resource} has a line that is no token.");
            all.AddRange(token[..length]);
            endsOfAll.Add(all.Count);
        }

        return new BytePairVocabulary([.. all], [.. endsOfAll]);
    }

    /// <summary>How many tokens a word becomes.</summary>
    /// <param name="word">UTF-8, at most <see cref="LongestWord"/> bytes.</param>
    public int Count(ReadOnlySpan<byte> word)
    {
        if (word.Length <= 1 || RankOf(word) != NoToken)
            return word.IsEmpty ? 0 : 1;

        // Parts of the word: where each begins, and the rank of it and the next together. Behind the last one stands the end.
        Span<int> starts = stackalloc int[word.Length + 1];
        Span<int> pairs = stackalloc int[word.Length + 1];
        for (var i = 0; i <= word.Length; i++)
        {
            starts[i] = i;
            pairs[i] = i + 2 <= word.Length ? RankOf(word.Slice(i, 2)) : NoToken;
        }

        var parts = word.Length;
        while (true)
        {
            var first = Lowest(pairs[..parts]);
            if (pairs[first] == NoToken)
                return parts;
            starts[(first + 2)..(parts + 1)].CopyTo(starts[(first + 1)..]);
            pairs[(first + 2)..(parts + 1)].CopyTo(pairs[(first + 1)..]);
            parts--;
            pairs[first] = PairAt(word, starts[..(parts + 1)], first);
            if (first > 0)
                pairs[first - 1] = PairAt(word, starts[..(parts + 1)], first - 1);
        }
    }

    private int PairAt(ReadOnlySpan<byte> word, ReadOnlySpan<int> starts, int part) =>
        part + 2 < starts.Length ? RankOf(word[starts[part]..starts[part + 2]]) : NoToken;

    private static int Lowest(ReadOnlySpan<int> ranks)
    {
        var lowest = 0;
        for (var i = 1; i < ranks.Length; i++)
        {
            if (ranks[i] < ranks[lowest])
                lowest = i;
        }

        return lowest;
    }

    private int RankOf(ReadOnlySpan<byte> text)
    {
        for (var place = PlaceOf(text); places[place] is not 0 and var next; place = (place + 1) & (places.Length - 1))
        {
            if (TokenOf(next - 1).SequenceEqual(text))
                return next - 1;
        }

        return NoToken;
    }

    private ReadOnlySpan<byte> TokenOf(int rank)
    {
        var start = rank == 0 ? 0 : ends[rank - 1];
        return tokens.AsSpan(start, ends[rank] - start);
    }

    private int PlaceOf(ReadOnlySpan<byte> text)
    {
        const ulong Odd = 0x9E3779B97F4A7C15;
        var hash = (ulong)text.Length * Odd;
        while (text.Length >= sizeof(ulong))
        {
            hash = Mixed(hash ^ MemoryMarshal.Read<ulong>(text));
            text = text[sizeof(ulong)..];
        }

        ulong rest = 0;
        foreach (var b in text)
            rest = (rest << 8) | b;
        return (int)(Mixed(hash ^ rest) & (uint)(places.Length - 1));

        static ulong Mixed(ulong value)
        {
            value *= Odd;
            return value ^ (value >> 29);
        }
    }
}
