using CleanLlm.Infrastructure.Ai.Tokens;
using CleanLlm.Testing.Upstream;

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
}
