using System.Globalization;
using System.Text.RegularExpressions;

namespace CleanLlm.Infrastructure.Ai.Calls;

/// <summary>Finds the longest answer that a server allows in what it says when a bound is too large for it.</summary>
internal static partial class UpstreamBounds
{
    private const int TimeoutMilliseconds = 2_000;
    private const RegexOptions Style = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    /// <summary>In tokens; null when it speaks of no such bound.</summary>
    public static int? MostTokens(string sentences)
    {
        sentences = Separators().Replace(sentences, "");
        // Prompt and answer together: what the prompt leaves.
        if (Window().Match(sentences) is { Success: true } window)
            return Number(window.Groups["window"]) - Number(window.Groups["prompt"]) is > 0 and var left ? left : null;
        if (Refused().Match(sentences) is not { Success: true } refused)
            return null;

        if (Allowed().Match(sentences, refused.Index) is { Success: true } allowed)
            return Number(allowed.Groups["most"]);

        // The sentence names what was asked for, which is larger, and what is allowed.
        List<int> numbers = [.. Numbers().Matches(sentences, refused.Index).Select(match => Number(match) ?? 0).Where(number => number > 0)];
        return numbers switch
        {
            [] => null,
            [var only] => only,
            _ => numbers.Where(number => number < numbers.Max()).DefaultIfEmpty(numbers[0]).Max() is > 1 and var below ? below : numbers.Max(),
        };
    }

    private static int? Number(Capture text) =>
        int.TryParse(text.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(
        @"maximum context length (?:is|of) (?<window>[0-9]{1,9}) tokens[^\n]{0,200}?(?<![0-9])(?<prompt>[0-9]{1,9}) "
        + "(?:in the messages|input tokens|prompt tokens|tokens from the input|of text input|in your prompt)", Style, TimeoutMilliseconds)]
    private static partial Regex Window();

    [GeneratedRegex(
        @"max_(?:completion_|output_|new_)?tokens[^\n]{0,80}(?:too (?:large|high)|less than or equal|at most|maximum|valid range|exceed|<=)|"
        + "max_tokens: [0-9]+ >|range of max_tokens", Style, TimeoutMilliseconds)]
    private static partial Regex Refused();

    // The upper end of a range, or the number behind the words.
    [GeneratedRegex(
        @"\[\s*[0-9]{1,9}\s*,\s*(?<most>[0-9]{1,9})\s*\]|(?:at most|less than or equal to|<=|up to|maximum (?:allowed )?(?:value )?(?:is|of))[\s:`'""]*(?<most>[0-9]{1,9})(?![0-9])",
        Style, TimeoutMilliseconds)]
    private static partial Regex Allowed();

    [GeneratedRegex("(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", Style, TimeoutMilliseconds)]
    private static partial Regex Separators();

    [GeneratedRegex("(?<![A-Za-z0-9.-])[0-9]{1,9}(?![A-Za-z0-9-])", Style, TimeoutMilliseconds)]
    private static partial Regex Numbers();
}
