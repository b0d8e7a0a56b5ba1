using System.Buffers;

namespace CleanLlm.Application.Prompting.Screening.Folding;

/// <summary>A text as it is screened: folded words with one separator between them, and marks where a quotation begins and ends.</summary>
internal struct FoldedText : IDisposable
{
    /// <summary>Where a quotation begins.</summary>
    public const char Opens = '\u0002';

    /// <summary>Where it ends.</summary>
    public const char Closes = '\u0003';

    private char[] letters;
    private int length;

    /// <param name="capacity">How many characters it will have, as a guess.</param>
    public FoldedText(int capacity) => letters = ArrayPool<char>.Shared.Rent(capacity);

    /// <summary>The text.</summary>
    public readonly ReadOnlySpan<char> Span => letters.AsSpan(0, length);

    /// <summary>Adds a character.</summary>
    public void Add(char c)
    {
        if (length == letters.Length)
            Grow();
        letters[length++] = c;
    }

    /// <summary>Gives the memory back.</summary>
    public readonly void Dispose() => ArrayPool<char>.Shared.Return(letters);

    private void Grow()
    {
        var larger = ArrayPool<char>.Shared.Rent(letters.Length * 2);
        letters.CopyTo(larger, 0);
        ArrayPool<char>.Shared.Return(letters);
        letters = larger;
    }
}
