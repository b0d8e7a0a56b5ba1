namespace CleanLlm.Application.Answers.Leaks;

/// <summary>
/// Follows a text letter by letter and tells when it repeats instructions. A run begins where eight letters are those of an instruction, goes on while the
/// letters do, and outlives others as long as they are few: each takes one off.
/// </summary>
/// <param name="index">The instructions.</param>
/// <param name="isBackwards">Whether the text may be written backwards.</param>
internal sealed class EchoScan(InstructionIndex index, bool isBackwards)
{
    private const int Group = InstructionIndex.Group;
    private const int MostRuns = 4;
    private const int MostOther = 24;
    private const int Kept = 64;

    private readonly int direction = isBackwards ? -1 : 1;
    private readonly char[] letters = new char[Kept];
    private readonly int[] starts = new int[Kept];
    private readonly Run[] runs = new Run[MostRuns];
    private int count;
    private int seen;
    private ulong group;

    /// <summary>Where the oldest run begins that may still become too long; the greatest number when there is none.</summary>
    public int OpenFrom
    {
        get
        {
            var from = int.MaxValue;
            for (var i = 0; i < count; i++)
                from = Math.Min(from, runs[i].Start);
            return from;
        }
    }

    /// <summary>Takes in a letter.</summary>
    /// <param name="letter">The letter, folded.</param>
    /// <param name="start">Where it is written.</param>
    /// <returns>Whether too much is repeated now; then it begins anew.</returns>
    public bool Add(char letter, int start)
    {
        var place = seen++ & (Kept - 1);
        (letters[place], starts[place]) = (letter, start);
        var packed = InstructionIndex.Packed(letter);
        group = isBackwards ? (group >> 8) | ((ulong)packed << 56) : (group << 8) | packed;
        var isOver = count > 0 && Advance(letter);
        if (seen >= Group && index.MayHold(group))
            isOver |= Meet();
        if (isOver)
            count = 0;
        return isOver;
    }

    private bool Advance(char letter)
    {
        var weight = InstructionIndex.Weight(letter);
        for (var i = count - 1; i >= 0; i--)
        {
            ref var run = ref runs[i];
            if (run.Other == 0 && index.At(run.Next) == letter)
            {
                run.Next += direction;
                run.Score += weight;
                if (IsOver(run))
                    return true;
                continue;
            }

            run.Other++;
            run.Lost += weight;
            // The letters of the group by which it would go on are not lost.
            if (run.Other > MostOther || run.Lost >= run.Score + Group)
                runs[i] = runs[--count];
        }

        return false;
    }

    // The last eight letters may stand in an instruction.
    private bool Meet()
    {
        for (int slot = -1, place; (place = index.Next(group, ref slot)) >= 0;)
        {
            var next = isBackwards ? place - 1 : place + Group;
            if (!IsInStep(next) && IsThere(place) && (Resume(next) || Begin(next)))
                return true;
        }

        return false;
    }

    private bool IsInStep(int next)
    {
        for (var i = 0; i < count; i++)
        {
            if (runs[i].Other == 0 && runs[i].Next == next)
                return true;
        }

        return false;
    }

    private bool IsThere(int place)
    {
        for (var i = 0; i < Group; i++)
        {
            if (Letter(Group - 1 - i) != index.At(isBackwards ? place + Group - 1 - i : place + i))
                return false;
        }

        return true;
    }

    /// <summary>Goes on with a run that other letters had broken.</summary>
    private bool Resume(int next)
    {
        for (var i = 0; i < count; i++)
        {
            ref var run = ref runs[i];
            var same = Math.Min(SameBefore(next), run.Other);
            var skipped = ((next - run.Next) * direction) - same;
            if (run.Other < Group || skipped < 0 || skipped > MostOther)
                continue;
            // What is left out counts as what is put in.
            var (gained, lost) = Weights(same, run.Other);
            run.Score += gained - Math.Max(lost, skipped);
            (run.Next, run.Other, run.Lost) = (next, 0, 0);
            if (run.Score > 0)
                return IsOver(run);
            run = new Run(next, gained, StartOf(same));
            return IsOver(run);
        }

        return false;
    }

    private bool Begin(int next)
    {
        var same = SameBefore(next);
        var run = new Run(next, Weights(same, same).Gained, StartOf(same));
        if (count < MostRuns)
        {
            runs[count++] = run;
            return IsOver(run);
        }

        var weakest = 0;
        for (var i = 1; i < count; i++)
        {
            if (runs[i].Score - runs[i].Lost < runs[weakest].Score - runs[weakest].Lost)
                weakest = i;
        }

        runs[weakest] = run;
        return IsOver(run);
    }

    private bool IsOver(in Run run) => run.Score >= InstructionIndex.Fewest && run.Score >= index.ThresholdAt(run.Next - direction);

    /// <summary>How many of the last letters are those before a place, the group among them.</summary>
    private int SameBefore(int next)
    {
        var most = Math.Min(seen, Kept / 2);
        var same = 0;
        while (same < most && Letter(same) == index.At(next - (direction * (same + 1))))
            same++;
        return same;
    }

    // Of the last letters: of those that are the same, and of the others behind the run.
    private (int Gained, int Lost) Weights(int same, int all)
    {
        var (gained, lost) = (0, 0);
        for (var i = 0; i < all; i++)
        {
            if (i < same)
                gained += InstructionIndex.Weight(Letter(i));
            else
                lost += InstructionIndex.Weight(Letter(i));
        }

        return (gained, lost);
    }

    private char Letter(int before) => letters[(seen - 1 - before) & (Kept - 1)];

    private int StartOf(int same) => starts[(seen - same) & (Kept - 1)];

    /// <summary>A stretch of the text that repeats an instruction.</summary>
    /// <param name="Next">The place of the instruction's letter that follows.</param>
    /// <param name="Score">What it has, less what was put in and left out.</param>
    /// <param name="Start">Where it begins.</param>
    private record struct Run(int Next, int Score, int Start)
    {
        /// <summary>How many letters came since that are others.</summary>
        public int Other { get; set; }

        /// <summary>What they count.</summary>
        public int Lost { get; set; }
    }
}
