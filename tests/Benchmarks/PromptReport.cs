using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CleanLlm.Application.Prompting;
using CleanLlm.Infrastructure.Ai.Tokens;

namespace CleanLlm.Benchmarks;

/// <summary>
/// What a prompt of 8 MB costs a core, by what it consists of: <c>dotnet run -c Release -- prompts</c>. Milliseconds, once each, because the
/// question is whether any kind of text takes more than its length.
/// </summary>
internal static class PromptReport
{
    private const int Bytes = 8_000_000;
    private const int Window = 128_000;

    private static readonly (string Kind, string Unit)[] Kinds =
    [
        ("one letter", "a"), ("one space", " "), ("one line break", "\n"), ("digits", "0123456789"), ("one punctuation mark", "!"), ("dashes", "-"),
        ("words", "The quick brown fox jumps over the lazy dog. "), ("ideographs", "\u6f22\u5b57"), ("two scripts in turn", "a\u0416\u05d0\u6f22"),
        ("emoji with joiners", "\U0001F468\u200D\U0001F469\u200D\U0001F467"), ("letters with marks", "e\u0301"), ("apostrophes", "'s'"),
        ("letters and spaces", "a "), ("spaces and tabs", "  \t"), ("special tokens", "<|endoftext|>"), ("invisible characters", "a\u200B"),
    ];

    public static void Write()
    {
        var counter = new O200kTokenCounter();
        counter.Count("warm");
        TextSanitizer.Normalize("w\u0301", out _);
        Line("8 MB of", "at least", "clean", "bound", "to window", "whole");
        foreach (var (kind, text) in Texts())
        {
            Line(
                kind,
                Figure(counter.AtLeast(text)),
                Milliseconds(() => TextSanitizer.Normalize(text, out _)),
                Milliseconds(() => counter.AtLeast(text)),
                Milliseconds(() => counter.Count(text, Window)),
                Milliseconds(() => counter.Count(text)));
        }

        var marks = Marks(20_000);
        Line("20,000 marks, as the library orders them", "", Milliseconds(() => _ = marks.Normalize(NormalizationForm.FormC)));
        var names = "{" + string.Join(',', Enumerable.Range(0, 600_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"n{i:x}\":1"))) + "}";
        var json = Encoding.UTF8.GetBytes(names);
        Line($"JSON of 600,000 names, {Figure(json.Length)} bytes, parsed", "", Milliseconds(() => JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false }).Dispose()));
    }

    private static IEnumerable<(string Kind, string Text)> Texts()
    {
        var random = new Random(8);
        yield return ("random letters", string.Create(Bytes, random, static (span, random) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = (char)('a' + random.Next(26));
        }));
        yield return ("marks in the wrong order", Marks(Bytes / 4));
        foreach (var (kind, unit) in Kinds)
            yield return (kind, new StringBuilder().Insert(0, unit, Bytes / Encoding.UTF8.GetByteCount(unit)).ToString());
    }

    // Each of the second kind belongs before all of the first.
    private static string Marks(int count) => "a" + new string('\u0301', count) + new string('\u0316', count);

    private static string Milliseconds(Action act)
    {
        var start = Stopwatch.GetTimestamp();
        act();
        return Figure((long)Stopwatch.GetElapsedTime(start).TotalMilliseconds) + " ms";
    }

    private static string Figure(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static void Line(string kind, params string[] figures) => Console.WriteLine($"{kind,-42}{string.Concat(figures.Select(figure => $"{figure,14}"))}");
}
