using CleanLlm.Infrastructure.Ai.Tokens;
using CleanLlm.Testing.Upstream;
using Microsoft.ML.Tokenizers;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class TokenCounterTests
{
    private static readonly O200kTokenCounter Counter = new();

    [TestCase("", 0)]
    [TestCase("hello world", 2)]
    public void Count_OfAText_IsTheVocabularys(string text, int tokens) => Counter.Count(text).Should().Be(tokens);

    [Test]
    public void Count_OfASpecialTokensName_IsThatOfPlainText() => Counter.Count("<|endoftext|>").Should().BeGreaterThan(4);

    [Test]
    public void Count_FromManyThreads_IsTheSame()
    {
        var text = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"word{i}"));
        var once = Counter.Count(text);

        Parallel.For(0, 64, _ => Counter.Count(text).Should().Be(once));
    }

    [Test]
    public void Count_OfScriptedAnswers_IsNeverLessThanTheirWords([Values(0, 3, 1000)] int words, [Values] bool multiByte)
    {
        var answer = UpstreamAnswers.Of(words, multiByte);

        Counter.Count(answer).Should().BeGreaterThanOrEqualTo(UpstreamCall.WordsOf(answer));
    }

    [Test]
    public void Count_OfALongText_IsThatOfTheWholeVocabulary_WhereverItIsCut()
    {
        var whole = TiktokenTokenizer.CreateForEncoding("o200k_base");
        string[] words =
        [
            "word", "don't", "I'll", "12345", "x1y2", "(a, b)", "...", "—", "\n\n", "  ", "\t", "日本語", "。", "「雨」", "e\u0301te\u0301", "🙂", "a/b//c", "$x_1", "CamelCaseWord", "'quoted'", "!\r\n",
            " \u00A0", "=>\n/", "3.14",
        ];
        var random = new Random(20_261_123);
        for (var round = 0; round < 500; round++)
        {
            var text = string.Join(round % 3 == 0 ? "" : " ", Enumerable.Range(0, 300).Select(_ => words[random.Next(words.Length)]));

            Counter.Count(text).Should().Be(whole.CountTokens(text), "so many are in {0}", text);
        }
    }

    [TestCase("漢")]
    [TestCase("x")]
    [TestCase(" ")]
    [TestCase("!")]
    [TestCase("!\u0301")]
    [TestCase("🙂")]
    public void Count_OfAVeryLongWord_IsThatOfItsPieces(string letters)
    {
        var some = string.Concat(Enumerable.Repeat(letters, 250));
        var many = string.Concat(Enumerable.Repeat(letters, 200_000));

        // Taken as one word it would be minutes: the tokenizer takes the square of its length.
        var tokens = Counter.Count(many);

        var expected = 800.0 * TiktokenTokenizer.CreateForEncoding("o200k_base").CountTokens(some);
        tokens.Should().BeInRange((int)(expected * 0.5), (int)(expected * 1.2));
    }
}
