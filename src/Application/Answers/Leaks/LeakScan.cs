using CleanLlm.Application.Answers.Reading;
using CleanLlm.Application.Prompting.Screening.Decoding;
using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.Answers.Leaks;

/// <summary>Looks for instructions in a text in all forms that need no decoding: as it is, backwards, and with Latin letters turned by 13 places.</summary>
internal sealed class LeakScan(InstructionIndex index)
{
    /// <summary>Instructions, or most of them.</summary>
    public const string Instructions = "instructions";

    /// <summary>The same, encoded.</summary>
    public const string Encoded = "encoded_instructions";

    /// <summary>A single word that must not come back.</summary>
    public const string Canary = "canary";

    private readonly EchoScan forward = new(index, isBackwards: false);
    private readonly EchoScan backward = new(index, isBackwards: true);
    private readonly EchoScan rotated = new(index, isBackwards: false);
    private readonly CanaryScan? canaries = index.Canaries is { } words ? new CanaryScan(words) : null;
    private readonly CanaryScan? rotatedCanaries = index.Canaries is { } words ? new CanaryScan(words) : null;

    /// <summary>Where something begins that may become a leak; the greatest number when nothing does.</summary>
    public int OpenFrom => Math.Min(
        Math.Min(forward.OpenFrom, Math.Min(backward.OpenFrom, rotated.OpenFrom)),
        Math.Min(canaries?.OpenFrom ?? int.MaxValue, rotatedCanaries?.OpenFrom ?? int.MaxValue));

    /// <summary>Whether the text ends in so much of a word that it is not shown.</summary>
    public bool EndsInHalf => canaries?.EndsInHalf == true || rotatedCanaries?.EndsInHalf == true;

    /// <summary>Takes in letters.</summary>
    /// <param name="letters">The letters.</param>
    /// <param name="met">Is told the code of each leak; whether the rest is to be looked at.</param>
    public void Add(ReadOnlySpan<Letter> letters, Func<string, bool> met)
    {
        foreach (ref readonly var letter in letters)
        {
            if (!letter.IsSeparator && Met(letter) is { } code && !met(code))
                return;
        }
    }

    // All of them see every letter, or they would lose their places.
    private string? Met(in Letter letter)
    {
        var (plain, turned) = (Leet.Letter(letter.Value), Ciphers.Rotate(letter.Value));
        var isEcho = forward.Add(plain, letter.Start);
        var isEncoded = backward.Add(plain, letter.Start) | rotated.Add(turned, letter.Start);
        var isCanary = canaries is not null && (canaries.Add(letter.Value, letter.Start) | rotatedCanaries!.Add(turned, letter.Start));
        return isCanary ? Canary : isEcho ? Instructions : isEncoded ? Encoded : null;
    }
}
