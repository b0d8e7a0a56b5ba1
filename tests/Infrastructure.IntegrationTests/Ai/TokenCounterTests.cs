using System.IO.Compression;
using System.Reflection;
using System.Text;
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

    [Test]
    public void Count_OfAnyCharacters_IsThatOfTheLibrary()
    {
        var library = TiktokenTokenizer.CreateForEncoding("o200k_base");
        (int First, int Last)[] ranges =
            [(0x20, 0x7E), (0x00, 0x2FF), (0x300, 0x36F), (0x400, 0x4FF), (0x590, 0x6FF), (0x900, 0xDFF), (0x2000, 0x2BFF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xE000, 0xFFFF), (0x1F000, 0x1FAFF)];
        var random = new Random(20_261_128);
        for (var round = 0; round < 3000; round++)
        {
            var mixed = ranges[random.Next(ranges.Length)];
            var text = new StringBuilder();
            while (text.Length < 120)
            {
                var (first, last) = random.Next(3) == 0 ? mixed : ranges[random.Next(4)];
                text.Append(new Rune(random.Next(first, last + 1)).ToString()).Append(random.Next(9) == 0 ? " " : "");
            }

            Counter.Count(text.ToString()).Should().Be(library.CountTokens(text.ToString()), "so many are in {0}", text);
        }
    }

    [Test]
    public void Count_OfEachTokenThatIsAWord_IsOne()
    {
        var many = Vocabulary().Select(Encoding.UTF8.GetString)
            .Where(word => word.All(char.IsAsciiLetterLower))
            .Count(word => Counter.Count(word) == 1);

        many.Should().Be(Vocabulary().Count(token => token.All(b => char.IsAsciiLetterLower((char)b)))).And.BeGreaterThan(10_000);
    }

    [Test]
    public void Count_OfHalfASurrogatePair_IsThatOfTheCharacterInItsPlace() => Counter.Count("a\uD83Db").Should().Be(Counter.Count("a\uFFFDb"));

    [Test]
    public void AtLeast_IsByTheLongestTokensOfTheVocabulary()
    {
        var (bytes, characters, letters, tokens) = (0, 0, 0, 0);
        foreach (var token in Vocabulary())
        {
            // Of a token that is no whole text each byte may end a letter.
            var text = Encoding.UTF8.GetString(token);
            var isWhole = !text.Contains('\uFFFD', StringComparison.Ordinal);
            bytes = Math.Max(bytes, token.Length);
            characters = Math.Max(characters, isWhole ? text.Length : token.Length);
            letters = Math.Max(letters, isWhole ? text.Count(char.IsLetterOrDigit) : token.Length);
            tokens++;
        }

        tokens.Should().BeGreaterThan(199_000);
        bytes.Should().Be(O200kTokenCounter.LongestToken);
        characters.Should().Be(O200kTokenCounter.LongestToken);
        letters.Should().Be(O200kTokenCounter.MostLettersOfAToken);
    }

    [TestCase("")]
    [TestCase("a")]
    [TestCase("abcdefghijklmnopqrstuvwxyz")]
    [TestCase(" ")]
    [TestCase("-")]
    [TestCase("漢字")]
    [TestCase("🙂")]
    [TestCase("e\u0301")]
    [TestCase("The quick brown fox jumps over the lazy dog. ")]
    [TestCase("<|endoftext|>")]
    public void AtLeast_IsNeverMoreThanTheCount(string unit)
    {
        for (var times = 1; times < 2000; times += 37)
        {
            var text = string.Concat(Enumerable.Repeat(unit, times));

            Counter.AtLeast(text).Should().BeLessThanOrEqualTo(Counter.Count(text));
        }
    }

    [Test]
    public void Count_WithABound_IsTheCountWithinIt_AndEndsSoonBeyondIt()
    {
        var text = string.Concat(Enumerable.Repeat("one two ", 5000));
        var whole = Counter.Count(text);

        Counter.Count(text, whole).Should().Be(whole);
        Counter.Count(text, 2000).Should().BeInRange(2001, 2200);
        Counter.Count(text, whole - 1).Should().BeInRange(whole, whole);
        Counter.Count(text, 10).Should().Be(Counter.AtLeast(text), "its length alone tells that there are more");
    }

    [TestCase("a")]
    [TestCase("🙂🙃")]
    public void Count_OfTheSamePieceManyTimes_IsThatOfEach(string unit)
    {
        var piece = string.Concat(Enumerable.Repeat(unit, 256 / unit.Length));
        var other = new string('b', 256);

        Counter.Count(piece + piece + other + piece).Should().Be((3 * Counter.Count(piece)) + Counter.Count(other));
    }

    private static IEnumerable<byte[]> Vocabulary()
    {
        var data = Assembly.Load("Microsoft.ML.Tokenizers.Data.O200kBase");
        using var file = data.GetManifestResourceStream(data.GetManifestResourceNames().Single(name => name.Contains("o200k", StringComparison.OrdinalIgnoreCase)))!;
        using var lines = new StreamReader(new DeflateStream(file, CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            if (line.Length > 0 && !line.StartsWith("Capacity", StringComparison.Ordinal))
                yield return Convert.FromBase64String(line.Split(' ')[0]);
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
