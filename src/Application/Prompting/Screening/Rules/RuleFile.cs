using System.Globalization;

namespace CleanLlm.Application.Prompting.Screening.Rules;

/// <summary>
/// Reads files of rules, line by line: <c>words class = a, b*, two words</c>, <c>rule code weight = -guard class ~gap class|class</c>,
/// <c>markup code weight = literal</c>, <c>look-alike letters = characters</c>. A <c>#</c> begins a comment.
/// </summary>
internal sealed class RuleFile
{
    /// <summary>The most words that may stand between two elements.</summary>
    public const int LargestGap = 12;

    /// <summary>The words of each class, as written.</summary>
    public Dictionary<string, List<string>> Words { get; } = new(StringComparer.Ordinal);

    /// <summary>The rules.</summary>
    public List<Rule> Rules { get; } = [];

    /// <summary>The literals of markup.</summary>
    public List<MarkupRule> Markup { get; } = [];

    /// <summary>What characters look like.</summary>
    public Dictionary<char, string> LookAlikes { get; } = [];

    /// <summary>Takes in a file.</summary>
    /// <param name="name">Its name, for faults.</param>
    /// <param name="text">What stands in it.</param>
    /// <exception cref="FormatException">A line is wrong; the message names it.</exception>
    public void Read(string name, string text)
    {
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (Fault(line) is { } fault)
                throw new FormatException($"{name}, line {number}: {fault}");
        }
    }

    private string? Fault(string line)
    {
        var parts = line.Split(" = ", 2, StringSplitOptions.TrimEntries);
        if (parts is not [var head, { Length: > 0 } body])
            return "There is no ' = ' with something behind it.";
        return head.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["words", var name] => ReadWords(name, body),
            ["rule", var code, var weight] => FaultOf(code, weight, allowsDiscussion: true) ?? ReadRule(code, Number(weight), body),
            ["markup", var code, var weight] => FaultOf(code, weight, allowsDiscussion: false) ?? ReadMarkup(code, Number(weight), body),
            ["look-alike", var letters] => ReadLookAlikes(letters, body),
            _ => "It is none of 'words class', 'rule code weight', 'markup code weight', 'look-alike letters'.",
        };
    }

    private static string? FaultOf(string code, string weight, bool allowsDiscussion) =>
        !Reasons.OfRules.Contains(code) || (code == Reasons.Discussion && !allowsDiscussion) ? $"There is no reason '{code}'."
        : int.TryParse(weight, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 99 ? null
        : $"A weight is 1 to 99, not '{weight}'.";

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private string? ReadWords(string name, string body)
    {
        if (!Words.TryGetValue(name, out var words))
            Words.Add(name, words = []);
        foreach (var word in body.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!word.Any(char.IsLetterOrDigit) || word.AsSpan(0, Math.Max(0, word.Length - 1)).Contains('*'))
                return $"'{word}' is no word, or has a star inside.";
            words.Add(word);
        }

        return null;
    }

    private string? ReadRule(string code, int weight, string body)
    {
        var (guard, gap, elements) = (default(string), 0, new List<RuleElement>());
        foreach (var part in body.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part[0] == '-' && elements.Count == 0 && guard is null)
            {
                guard = part[1..];
            }
            else if (part[0] != '~')
            {
                elements.Add(new RuleElement(part.Split('|'), gap));
                gap = 0;
            }
            else if (elements.Count == 0 || !int.TryParse(part.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out gap) || gap is < 1 or > LargestGap)
            {
                return $"A gap such as ~3 stands between two classes and is 1 to {LargestGap}, not '{part}'.";
            }
        }

        if (elements.Count == 0 || gap != 0)
            return "It ends without a class.";
        Rules.Add(new Rule(code, weight, elements, guard));
        return null;
    }

    private string? ReadMarkup(string code, int weight, string body)
    {
        var beginsLine = body[0] == '^';
        var literal = beginsLine ? body[1..] : body;
        if (literal.Length < 3)
            return "A literal has at least three characters.";
        Markup.Add(new MarkupRule(code, weight, literal, beginsLine));
        return null;
    }

    private string? ReadLookAlikes(string letters, string body)
    {
        foreach (var c in body.Where(c => c != ' '))
        {
            if (!LookAlikes.TryAdd(c, letters))
                return $"'{c}' stands there twice.";
        }

        return null;
    }
}
