using System.Buffers;
using CleanLlm.Application.Answers.Reading;
using CleanLlm.Domain.Prompting;
using Match = CleanLlm.Application.Answers.Reading.Match;

namespace CleanLlm.Application.Answers.Links;

/// <summary>
/// Looks for addresses in one strand: of images and links in Markdown, definitions of references, tags of HTML, and addresses that stand alone. A backslash guards a
/// bracket; what stands in code is looked at like anything else, as readers do not agree on where code ends.
/// </summary>
/// <param name="rules">Which of them may stay.</param>
/// <param name="context">The answer.</param>
/// <param name="mode">What is done about those that may not.</param>
internal sealed class LinkFilter(LinkRules rules, AnswerContext context, StepMode mode) : ScreeningFilter(LinkStep.Setting.Step, context, mode, Nowhere)
{
    /// <summary>The address that takes the place of another: it leads nowhere, and nothing is fetched.</summary>
    public const string Nowhere = "about:blank";

    private const int MostBrackets = 64;

    private static readonly SearchValues<char> Triggers = SearchValues.Create("[]<:\\");
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n)<>\"'`|]}");

    private readonly Stack<bool> brackets = new();

    protected override int Judge(ReadOnlySpan<char> text, int from, bool isEnd, List<Match> matches)
    {
        for (var at = from; ;)
        {
            if (text[at..].IndexOfAny(Triggers) is not (>= 0 and var next))
                return isEnd ? text.Length : Math.Max(from, BareAddress.BeginningAtEnd(text, at));
            at += next;
            var end = text[at] switch
            {
                '[' => Open(text, at),
                ']' => Close(text, at, isEnd, matches),
                '<' => Tag(text, at, isEnd, matches),
                ':' => Bare(text, at, from, isEnd, matches),
                _ => Guarded(text, at, isEnd),
            };
            if (end < 0)
                return text[at] == ':' ? Math.Max(from, BareAddress.StartOf(text, at)) : at;
            at = end;
        }
    }

    protected override bool GoesOn(Match last, ReadOnlySpan<char> text) => true;

    protected override int Drop(ReadOnlySpan<char> piece) => piece.IndexOfAny(Ends) is >= 0 and var end ? end : piece.Length;

    // Negative, here and below: what follows decides.
    private static int Guarded(ReadOnlySpan<char> text, int at, bool isEnd)
    {
        if (at + 1 == text.Length)
            return isEnd ? at + 1 : -1;
        return text[at + 1] is '[' or ']' or '\\' ? at + 2 : at + 1;
    }

    private int Open(ReadOnlySpan<char> text, int at)
    {
        // More deeply nested than any reader follows: it counts as the worse of both.
        if (brackets.Count < MostBrackets)
            brackets.Push(at > 0 && text[at - 1] == '!');
        return at + 1;
    }

    private int Close(ReadOnlySpan<char> text, int at, bool isEnd, List<Match> matches)
    {
        if (at + 1 == text.Length && !isEnd)
            return -1;
        var isDefinition = at + 1 < text.Length && text[at + 1] == ':';
        if (!isDefinition && (at + 1 == text.Length || text[at + 1] != '('))
        {
            brackets.TryPop(out _);
            return at + 1;
        }

        if (!Destination.TryRead(text, at + 2, isDefinition, isEnd, out var start, out var end))
            return -1;
        var isImage = brackets.Count == MostBrackets || (brackets.TryPop(out var opened) && opened);
        // A definition may be one of an image, here or later.
        Judge(text, start, end, isImage || isDefinition, matches);
        return Math.Max(end, at + 1);
    }

    private int Tag(ReadOnlySpan<char> text, int at, bool isEnd, List<Match> matches)
    {
        var reading = HtmlTag.Read(text, at, isEnd, out var nameEnd, out var end);
        if (reading == HtmlReading.Partial)
            return -1;
        if (reading == HtmlReading.None)
            return at + 1;
        var isAnchor = text[(at + 1)..nameEnd].Equals("a", StringComparison.OrdinalIgnoreCase);
        foreach (var (start, stop, isReference) in HtmlTag.Addresses(text[..end], nameEnd))
            Judge(text, start, stop, isImage: !isAnchor || !isReference, matches);
        return end;
    }

    private int Bare(ReadOnlySpan<char> text, int at, int from, bool isEnd, List<Match> matches)
    {
        if (BareAddress.LeadsOn(text, at) is not { } leads)
            return isEnd ? at + 1 : -1;
        if (!leads)
            return at + 1;
        var start = Math.Max(from, BareAddress.StartOf(text, at));
        var end = text[at..].IndexOfAny(Ends) is >= 0 and var length ? at + length : text.Length;
        if (end == text.Length && !isEnd)
            return -1;
        Judge(text, start, end, BareAddress.IsInStyle(text[..start]), matches);
        return end;
    }

    private void Judge(ReadOnlySpan<char> text, int start, int end, bool isImage, List<Match> matches)
    {
        if (start < end && rules.CodeOf(text[start..end].ToString(), isImage) is { } code)
            matches.Add(new Match(code, start, end));
    }
}
