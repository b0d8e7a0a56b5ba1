using System.Text;
using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>
/// The instructions of a prompt, ready to be looked for: their letters without spaces, and where each group of eight of them stands. Every fourth
/// group is kept, so that a run of eleven letters meets one.
/// </summary>
internal sealed class InstructionIndex
{
    /// <summary>The letters of a group.</summary>
    public const int Group = 8;

    /// <summary>Instructions of fewer letters, about five words, are told from ordinary speech by nothing.</summary>
    public const int Fewest = 24;

    private const int Step = 4;
    private const int WeightOfUnspaced = 3;
    private const double ShareOfShort = 0.8;

    // Of all instructions together. What a caller hands in beyond that is a library and no instruction.
    private const int MostLetters = 64 * 1024;
    private const char End = '\0';

    // Of the places of one group: more would only say that the text repeats itself.
    private const int MostOfOne = 8;
    private const int FilterBits = 1 << 16;

    private readonly string letters;
    private readonly List<(int Start, int Threshold)> texts = [];
    private readonly ulong[] filter = new ulong[FilterBits / 64];
    private readonly ulong[] keys;
    private readonly int[] places;
    private readonly int shift;

    /// <param name="instructions">The instructions.</param>
    /// <param name="options">How much of them may be repeated.</param>
    public InstructionIndex(IReadOnlyList<string> instructions, LeakOptions options)
    {
        letters = Without(options.Allow, Join(instructions, options.Letters));
        var size = 16;
        while (size < letters.Length / Step * 2)
            size *= 2;
        shift = 64 - int.Log2(size);
        (keys, places) = (new ulong[size], new int[size]);
        for (var place = 0; place + Group <= letters.Length; place += Step)
        {
            var group = letters.AsSpan(place, Group);
            if (!group.Contains(End))
                Put(Pack(group), place);
        }

        Canaries = CanarySet.Of(instructions);
    }

    /// <param name="canaries">What is looked for, and nothing else.</param>
    public InstructionIndex(CanarySet? canaries)
    {
        (letters, keys, places) = ("", [], []);
        Canaries = canaries;
    }

    /// <summary>The single words of the instructions that must not come back; null where there are none.</summary>
    public CanarySet? Canaries { get; }

    /// <summary>Whether there is nothing to look for.</summary>
    public bool IsEmpty => letters.Length == 0 && Canaries is null;

    /// <summary>What a letter counts.</summary>
    public static int Weight(char letter) => Scripts.HasNoSpaces(letter) ? WeightOfUnspaced : 1;

    /// <summary>What a letter is in a group; different letters may be the same, so what is found is looked at.</summary>
    public static byte Packed(char letter) => (byte)(letter ^ (letter >> 8));

    /// <summary>The letter at a place; none outside.</summary>
    public char At(int place) => (uint)place < (uint)letters.Length ? letters[place] : End;

    /// <summary>How much of the instruction at a place may not be repeated.</summary>
    public int ThresholdAt(int place)
    {
        var last = texts[0].Threshold;
        foreach (var (start, threshold) in texts)
        {
            if (start > place)
                break;
            last = threshold;
        }

        return last;
    }

    /// <summary>Whether a group may stand anywhere; false for most that do not.</summary>
    public bool MayHold(ulong group)
    {
        var bit = Bit(group);
        return (filter[bit >> 6] >> (bit & 63) & 1) != 0;
    }

    /// <summary>The next place where a group stands; negative when there is no more.</summary>
    /// <param name="group">The group.</param>
    /// <param name="slot">Where to look on: negative at first.</param>
    public int Next(ulong group, ref int slot)
    {
        slot = slot < 0 ? Slot(group) : (slot + 1) & (keys.Length - 1);
        for (; places[slot] != 0; slot = (slot + 1) & (keys.Length - 1))
        {
            if (keys[slot] == group)
                return places[slot] - 1;
        }

        return -1;
    }

    private static ulong Pack(ReadOnlySpan<char> group)
    {
        var packed = 0UL;
        foreach (var letter in group)
            packed = (packed << 8) | Packed(letter);
        return packed;
    }

    private static string Without(IReadOnlyList<string> allowed, string letters)
    {
        foreach (var sentence in allowed.Select(SqueezedText.Of).Where(sentence => sentence.Length > 0))
            letters = letters.Replace(sentence, new string(End, sentence.Length), StringComparison.Ordinal);
        return letters;
    }

    private string Join(IReadOnlyList<string> instructions, int most)
    {
        var joined = new StringBuilder();
        foreach (var instruction in instructions)
        {
            var own = SqueezedText.Of(instruction);
            var weight = own.Sum(Weight);
            if (weight < Fewest)
                continue;
            texts.Add((joined.Length, Math.Min(most, Math.Max(Fewest, (int)(weight * ShareOfShort)))));
            joined.Append(own).Append(End);
            if (joined.Length > MostLetters)
                break;
        }

        return joined.ToString(0, Math.Min(joined.Length, MostLetters));
    }

    private void Put(ulong group, int place)
    {
        var bit = Bit(group);
        filter[bit >> 6] |= 1UL << (bit & 63);
        var (slot, same) = (Slot(group), 0);
        while (places[slot] != 0)
        {
            if (keys[slot] == group && ++same == MostOfOne)
                return;
            slot = (slot + 1) & (keys.Length - 1);
        }

        (keys[slot], places[slot]) = (group, place + 1);
    }

    // Fibonacci hashing, as in WordTrie.
    private int Slot(ulong group) => (int)((group * 0x9E3779B97F4A7C15) >> shift);

    private static int Bit(ulong group) => (int)((group * 0xC2B2AE3D27D4EB4F) >> 48);
}
