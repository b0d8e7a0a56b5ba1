using System.Buffers;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// Finds personal data in one pass: it stops at an <c>@</c>, a digit or a colon, and only there asks the detectors of what can stand there. Of several
/// readings of the same characters the longest wins; of equal
/// ones the account, then the id that a word names, the card, the id. A telephone number is what is none of these.
/// </summary>
/// <param name="options">What is looked for.</param>
internal sealed class PiiScanner(PiiOptions options) : ITextScanner
{
    private const int MostLetters = 6;
    private const int FewestDigits = 7;
    private const int ShortestInRow = 4;

    private static readonly SearchValues<char> Marks = SearchValues.Create("@:0123456789");
    private static readonly NationalIdDetector NationalIds = new([.. EuropeanIds.All, .. WorldIds.All]);

    private readonly PhoneDetector phones = new(options.DefaultRegions);
    private readonly bool[] wanted = [.. Enumerable.Range(0, SensitiveKinds.Count).Select(kind => options.Kinds.Contains((SensitiveKind)kind))];

    public void Scan(ScannedText scanned, List<Sighting> found)
    {
        var text = scanned.Folded;
        Numbers? numbers = null;
        // Behind what was found, and behind what was read: nothing is read twice as a number.
        var (at, free) = (0, 0);
        while (at < text.Length && text[at..].IndexOfAny(Marks) is >= 0 and var next)
        {
            at += next;
            Sighting seen = default;
            var end = at + 1;
            var isSeen = text[at] switch
            {
                '@' => IsWanted(SensitiveKind.Email) && EmailDetector.TryFind(text, at, out seen),
                ':' => IsWanted(SensitiveKind.Ip) && IpDetector.TryFindV6(text, at, free, out seen),
                _ => TryFindNumber(scanned, at, free, numbers ??= new Numbers(), out seen, out end),
            };
            if (isSeen)
            {
                Add(found, seen);
                end = free = seen.End;
            }

            at = end;
        }
    }

    // An address may begin with what was taken for a number: the address is the longer one.
    private static void Add(List<Sighting> found, Sighting seen)
    {
        while (found.Count > 0 && found[^1].End > seen.Start)
        {
            seen = seen with { Start = Math.Min(seen.Start, found[^1].Start) };
            found.RemoveAt(found.Count - 1);
        }

        found.Add(seen);
    }

    private bool IsWanted(SensitiveKind kind) => wanted[(int)kind];

    private bool TryFindNumber(ScannedText scanned, int digit, int free, Numbers numbers, out Sighting seen, out int end)
    {
        var text = scanned.Folded;
        var start = digit;
        while (start > free && digit - start <= MostLetters && char.IsAsciiLetter(text[start - 1]))
            start--;
        end = text[digit..].IndexOfAnyExceptInRange('0', '9') is >= 0 and var length ? digit + length : text.Length;
        if (IsWanted(SensitiveKind.Ip) && end < text.Length && start == digit && text[end] == '.' && end - digit <= 3 && IpDetector.TryFindV4(scanned, digit, out seen))
            return true;

        // In a row of short numbers none begins but with the first.
        seen = default;
        if (end - digit < ShortestInRow && digit > 1 && text[digit - 1] == ' ' && char.IsAsciiDigit(text[digit - 2]) && (end == text.Length || text[end] == ' '))
            return false;
        var isDialled = IsWanted(SensitiveKind.Phone) && start == digit;
        if (isDialled && digit > 0 && text[digit - 1] == '+' && phones.TryFind(scanned, digit, numbers.Dialled, out seen))
            return true;
        // Two letters and a space, as in front of a British number.
        if (start == digit && digit > free + 2 && text[digit - 1] == ' ' && char.IsAsciiLetter(text[digit - 2]) && TryFindAt(scanned, digit - 3, numbers, out seen))
            return true;
        return TryFindAt(scanned, start, numbers, out seen) || (isDialled && phones.TryFind(scanned, digit, numbers.Dialled, out seen));
    }

    private bool TryFindAt(ScannedText scanned, int start, Numbers numbers, out Sighting seen)
    {
        seen = default;
        var text = scanned.Folded;
        var groups = numbers.Groups;
        if (!Bounds.BeginsAt(text, start) || !char.IsAsciiLetterOrDigit(text[start]))
            return false;
        groups.Read(text, start);
        if (groups.Characters.Length < FewestDigits)
            return false;
        var isNamed = false;
        if (IsWanted(SensitiveKind.NationalId))
            NationalIds.TryFind(scanned, start, groups, out seen, out isNamed);
        if (IsWanted(SensitiveKind.Card) && CardDetector.TryFind(scanned, start, groups, out var other) && (other.End > seen.End || (other.End == seen.End && !isNamed)))
            seen = other;
        if (IsWanted(SensitiveKind.Iban) && IbanDetector.TryFind(text, start, groups, out other) && other.End >= seen.End)
            seen = other;
        return seen.End > 0;
    }

    /// <summary>What numbers are read into, for all of a text.</summary>
    private sealed class Numbers
    {
        public CharacterGroups Groups { get; } = new();

        public DialledNumber Dialled { get; } = new();
    }
}
