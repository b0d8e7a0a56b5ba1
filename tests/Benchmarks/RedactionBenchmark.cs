using BenchmarkDotNet.Attributes;
using CleanLlm.Application.Prompting.Redaction;

namespace CleanLlm.Benchmarks;

/// <summary>What it costs to look for personal data and secrets: 4 KB of ordinary text, and 1 MB made to take long.</summary>
[MemoryDiagnoser]
public class RedactionBenchmark
{
    private const int Length = 4 * 1024;
    private const int HostileLength = 1024 * 1024;

    private static readonly Dictionary<string, (string Unit, int Length)> Kinds = new(StringComparer.Ordinal)
    {
        ["ordinary"] = ("Dear team, the 3 reports of 2024-01-15 are ready; please read section 4.2 and tell me by 10:30 what you think of them. ", Length),
        ["personal"] = ("I am Ann, ann@example.com, and my number is +49 30 901820. The password=hunter2 was changed on Monday, as far as I know. ", Length),
        ["German"] = ("Sehr geehrte Damen und Herren – die Übersicht für März liegt bei, der Preis beträgt 1.234,56 €, gültig ab 1. 4. 2024. ", Length),
        ["code"] = ("public int Sum(int a, int b) { return a + b; } // see \"Tokens\" and https://example.com/a?b=1\n", Length),
        ["at signs"] = ("@", HostileLength),
        ["letters and at signs"] = ("a@", HostileLength),
        ["digits"] = ("1", HostileLength),
        ["digits and spaces"] = ("1 ", HostileLength),
        ["pairs"] = ("12 ", HostileLength),
        ["fours"] = ("4111 ", HostileLength),
        ["sevens"] = ("0123 4567 ", HostileLength),
        ["numbers"] = ("+4930901820,", HostileLength),
        ["colons"] = ("a:", HostileLength),
        ["fullwidth"] = ("１２３４ ", HostileLength),
        ["backslashes"] = ("\\", HostileLength),
        ["escapes"] = ("\\u0031", HostileLength),
        ["dots"] = ("1.1.1.1.", HostileLength),
        ["names"] = ("password", HostileLength),
        ["assignments"] = ("token=", HostileLength),
        ["quotes"] = ("password=\"", HostileLength),
        ["prefixes"] = ("sk-", HostileLength),
        ["tokens"] = ("eyJ.", HostileLength),
        ["keys"] = ("-----BEGIN PRIVATE KEY-----", HostileLength),
        ["addresses"] = ("://a:", HostileLength),
        ["placeholders"] = ("<EMAIL_1", HostileLength),
        ["words"] = ("tel 12345678 ", HostileLength),
    };

    private readonly SecretScanner secrets = new();
    private readonly PiiScanner personal = new(new PiiOptions());
    private readonly List<Sighting> found = [];
    private string text = "";

    /// <summary>What the text is made of.</summary>
    [ParamsSource(nameof(Texts))]
    public string Kind { get; set; } = "ordinary";

    /// <summary>All kinds of texts.</summary>
    public static IEnumerable<string> Texts => Kinds.Keys;

    [GlobalSetup]
    public void Repeat()
    {
        var (unit, length) = Kinds[Kind];
        text = string.Concat(Enumerable.Repeat(unit, length / unit.Length));
    }

    /// <summary>Both scanners, one behind the other, as the two steps run them.</summary>
    [Benchmark]
    public int Both() => Scan(secrets) + Scan(personal);

    private int Scan(ITextScanner scanner)
    {
        found.Clear();
        using var folded = FoldedText.Of(text);
        scanner.Scan(new ScannedText(folded.Text, "", new LookupBudget()), found);
        return found.Count;
    }
}
