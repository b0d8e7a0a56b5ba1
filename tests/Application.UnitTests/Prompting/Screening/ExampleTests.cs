namespace CleanLlm.Application.UnitTests.Prompting.Screening;

/// <summary>Examples of our own, by category and language: a line that begins with + is an attack, one with - is ordinary; \n stands for a line break.</summary>
internal sealed class ExampleTests
{
    private const string Prefix = "Examples.";

    [TestCaseSource(nameof(Attacks))]
    public void AnAttack_IsFound(string text) => Screened.Text(text).Score.Should().BeGreaterThanOrEqualTo(Screened.Threshold);

    [TestCaseSource(nameof(Ordinary))]
    public void AnOrdinaryText_Passes(string text)
    {
        var verdict = Screened.Text(text);

        verdict.Score.Should().BeLessThan(Screened.Threshold, string.Join(' ', verdict.Reasons));
    }

    private static IEnumerable<TestCaseData> Attacks() => Lines('+');

    private static IEnumerable<TestCaseData> Ordinary() => Lines('-');

    private static IEnumerable<TestCaseData> Lines(char mark)
    {
        var assembly = typeof(ExampleTests).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var number = 0;
            while (reader.ReadLine() is { } line)
            {
                number++;
                if (line[0] == mark)
                    yield return new TestCaseData(line[2..].Replace("\\n", "\n", StringComparison.Ordinal)).SetArgDisplayNames($"{name[Prefix.Length..]}:{number}");
            }
        }
    }
}
