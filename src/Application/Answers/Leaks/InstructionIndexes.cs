namespace CleanLlm.Application.Answers.Leaks;

/// <summary>
/// The indexes of the instructions that were used last: those of operators and plans are the same texts, as objects, for every prompt.
/// </summary>
/// <param name="options">How indexes are made.</param>
internal sealed class InstructionIndexes(LeakOptions options)
{
    private const int Most = 8;

    // Replaced as a whole, so it is read without a lock.
    private volatile Known[] known = [];

    /// <summary>The index of instructions.</summary>
    public InstructionIndex Of(IReadOnlyList<string> instructions)
    {
        foreach (var (texts, made) in known)
        {
            if (IsSame(texts, instructions))
                return made;
        }

        var index = new InstructionIndex(instructions, options);
        known = [new Known(instructions, index), .. known.Take(Most - 1)];
        return index;
    }

    private static bool IsSame(IReadOnlyList<string> one, IReadOnlyList<string> other)
    {
        if (one.Count != other.Count)
            return false;
        for (var i = 0; i < one.Count; i++)
        {
            if (!ReferenceEquals(one[i], other[i]))
                return false;
        }

        return true;
    }

    private readonly record struct Known(IReadOnlyList<string> Texts, InstructionIndex Index);
}
