using System.Globalization;
using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Pieces are written as <c>index id name arguments</c>, with <c>-</c> for what is not told.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ToolCallBufferTests
{
    private readonly ToolCallBuffer buffer;
    private int ids;

    public ToolCallBufferTests() => buffer = new ToolCallBuffer(Chains.ToolArguments, () => FormattableString.Invariant($"new{++ids}"));

    [Test]
    public void Pieces_MakeTheCallsTheyBelongTo()
    {
        Append("0 a first {\"x\"").Should().Be(new ToolCallDelta(0, "a", "first", "{\"x\""));
        Append("1 b second {\"y\":2}").Should().Be(new ToolCallDelta(1, "b", "second", "{\"y\":2}"));
        Append("0 - - :1}").Should().Be(new ToolCallDelta(0, null, null, ":1}"));

        buffer.Calls.Should().Equal(new ToolCall("a", "first", "{\"x\":1}"), new ToolCall("b", "second", "{\"y\":2}"));
    }

    [TestCase("ids that are missing", "a f {\"x\":1}|b g {\"y\":2}", "0 - f {\"x\":1}", "1 - g {\"y\":2}")]
    [TestCase("ids and indexes that are missing", "a f {\"x\":1}|b f {\"x\":2}|c g {}", "0 - f {\"x\":1}", "0 - f {\"x\":2}", "0 - g {}")]
    [TestCase("the same in pieces", "a f {\"x\":1}|b f {\"x\":2}", "0 - f -", "0 - - {\"x\"", "0 - - :1}", "0 - f -", "0 - - {\"x\"", "0 - - :2}")]
    [TestCase("the same with the name in every piece", "a f {\"x\":1}|b g {\"x\":2}", "0 - f {\"x\"", "0 - f :1}", "0 - g {\"x\"", "0 - g :2}")]
    [TestCase("a name that is repeated after the end", "a f {\"x\":1}", "0 - f {\"x\":1}", "0 - f -", "0 - f -")]
    [TestCase("ids that are blank", "a f {\"x\":1}|b g {}", "0 _ f {\"x\":1}", "0 _ - _", "1 _ g -")]
    [TestCase("ids that are blank in later pieces", "i f {\"x\":1}", "0 i f {\"x\"", "0 _ _ :1}")]
    [TestCase("id and name in every piece", "i f {\"x\":1}|j f {\"y\":2}", "0 i f {\"x\"", "0 i f :1}", "0 i f -", "1 j f {\"y\"", "1 j f :2}")]
    [TestCase("all numbered 0, with ids", "i f {\"x\":1}|j g {\"y\":2}", "0 i f {\"x\":1}", "0 j g {\"y\"", "0 - - :2}", "0 j - -")]
    [TestCase("all numbered 0, pieces by id", "i f {\"x\":1}|j g {\"y\":2}", "0 i f -", "0 j g -", "0 i - {\"x\":1}", "0 j - {\"y\":2}")]
    [TestCase("numbered from 1", "i f {\"x\":1}|j g {\"y\":2}", "1 i f {\"x\":1}", "2 j g {\"y\":2}")]
    [TestCase("another number for every piece", "i f {\"x\":1}", "0 i f -", "1 - - {\"x\"", "2 - - :1}")]
    [TestCase("another number for every piece, by id", "i f {\"x\":1}", "0 i f -", "1 i - {\"x\"", "2 i - :1}")]
    [TestCase("a new id for every piece", "i f {\"x\":1}", "0 i f -", "0 j - {\"x\"", "0 k - :1}", "0 l - -")]
    [TestCase("an id that comes late", "a f {\"x\":1}", "0 - f {\"x\"", "0 i - :1}", "0 i f -")]
    [TestCase("the same id for all", "i f {\"x\":1}|a g {\"y\":2}", "0 i f {\"x\":1}", "1 i g {\"y\":2}")]
    [TestCase("the same id and number for all", "i f {\"x\":1}|a f {\"x\":2}|b g {}", "0 i f {\"x\":1}", "0 i f {\"x\":2}", "0 i g -")]
    [TestCase("the same id for all, in turns", "i f {\"x\":1}|a g {\"y\":2}", "0 i f -", "1 i g -", "0 i - {\"x\":1}", "1 - - {\"y\":2}")]
    [TestCase("a call that is repeated whole", "i f {\"x\":1}", "0 i f {\"x\":1}", "0 i f {\"x\":1}")]
    [TestCase("a name that changes", "i f {\"x\":1}", "0 i f {\"x\"", "0 - g -", "0 i h :1}")]
    [TestCase("a name that comes late", "i f {\"x\":1}", "0 i - {\"x\"", "0 - f :1}")]
    [TestCase("calls without arguments", "a f {}|b g {}", "0 - f -", "1 - g {}")]
    [TestCase("an empty object before the arguments", "i f {\"x\":1}", "0 i f {}", "0 - - {\"x\"", "0 - - :1}")]
    [TestCase("arguments that go on after their end", "i f {\"x\":\"}\"}", "0 i f {\"x\":\"}\"}", "0 - - }", "0 - - _")]
    [TestCase("a call without a name", "i f {}", "0 i f {}", "1 j - {\"x\":1}")]
    [TestCase("a piece of no call", "a f {}", "0 - - -", "0 - f -")]
    public void Pieces_OfProvidersThat_HaveOrMake(string what, string expected, params string[] pieces)
    {
        var deltas = pieces.Select(Append).OfType<ToolCallDelta>().ToList();

        var calls = buffer.Calls.Select(call => $"{call.Id} {call.Name} {call.Arguments}");
        string.Join('|', calls).Should().Be(Numbered(expected), what);
        deltas.GroupBy(delta => delta.Index).Should().AllSatisfy(call =>
        {
            call.First().Id.Should().Be(buffer.Calls[call.Key].Id);
            call.First().Name.Should().Be(buffer.Calls[call.Key].Name);
            call.Skip(1).Should().NotContain(delta => delta.Id != null || delta.Name != null);
            buffer.Calls[call.Key].Arguments.Should().BeOneOf(string.Concat(call.Select(delta => delta.Arguments)), "{}");
        });
        deltas.Select(delta => delta.Index).Distinct().Should().Equal(Enumerable.Range(0, buffer.Calls.Count));
    }

    [Test]
    public void Call_IsHeldBack_UntilItsNameIsKnown()
    {
        Append("0 i - {\"x\"").Should().BeNull();
        buffer.Calls.Should().BeEmpty();

        Append("0 - f :1}").Should().Be(new ToolCallDelta(0, "i", "f", "{\"x\":1}"));
    }

    [Test]
    public void Character_WhoseHalvesComeInTwoPieces_IsJoined()
    {
        Append("0 a f {\"x\":\"\ud83d")!.Arguments.Should().Be("{\"x\":\"");
        Append("0 - - \ude42\"}")!.Arguments.Should().Be("\ud83d\ude42\"}");

        buffer.Calls.Should().Equal(new ToolCall("a", "f", "{\"x\":\"🙂\"}"));
    }

    [Test]
    public void Id_OfOurs_IsRandom()
    {
        var made = Enumerable.Range(0, 2).Select(_ => new ToolCallBuffer(Chains.ToolArguments).Append(Piece("0 - f {}"))!.Id).ToList();

        made.Should().OnlyHaveUniqueItems().And.AllSatisfy(id => id.Should().MatchRegex("^call_[A-Za-z0-9]{24}$"));
    }

    [Test]
    public void ExtraContent_IsKeptAndShown_WheneverItComes()
    {
        var extra = JsonElement.Parse("""{"google":{"s":"x"}}""");

        buffer.Append(new ToolCallFragment { Index = 0, Id = "a", ExtraContent = extra });
        Append("0 - f {\"x\":1}")!.ExtraContent.Should().Be("""{"google":{"s":"x"}}""");
        buffer.Append(new ToolCallFragment { Index = 1, Id = "b", Name = "g", Arguments = "{}" });
        buffer.Append(new ToolCallFragment { Index = 1, ExtraContent = extra }).Should()
            .Be(new ToolCallDelta(1, null, null, "") { ExtraContent = """{"google":{"s":"x"}}""" });

        buffer.Calls.Should().OnlyContain(call => call.ExtraContent == """{"google":{"s":"x"}}""");
    }

    [Test]
    public void IsOverfull_BeyondWhatAnAnswerMayHold()
    {
        for (var i = 0; i < ToolCallBuffer.Most; i++)
            Append($"{i} id{i} f -");
        buffer.IsOverfull.Should().BeFalse();

        Append($"{ToolCallBuffer.Most} more - -");
        buffer.IsOverfull.Should().BeTrue("a call that is held back takes room too");
    }

    [Test]
    public async Task Calls_AreReadWhileTheyGrow()
    {
        const int Pieces = 20_000;
        var growing = Task.Run(() =>
        {
            for (var i = 0; i < Pieces; i++)
                Append($"{i % ToolCallBuffer.Most} {(i < ToolCallBuffer.Most ? $"id{i} f" : "- -")} 0123456789");
        });

        while (!growing.IsCompleted)
            buffer.Calls.Count(call => call.Arguments.Length % 10 != 0).Should().Be(0);

        await growing;
        buffer.Calls.Sum(call => call.Arguments.Length).Should().Be(10 * Pieces);
    }

    private ToolCallDelta? Append(string piece) => buffer.Append(Piece(piece));

    private static ToolCallFragment Piece(string piece)
    {
        var fields = piece.Split(' ', 4);
        return new ToolCallFragment
        {
            Index = int.Parse(fields[0], CultureInfo.InvariantCulture),
            Id = Told(fields[1]),
            Name = Told(fields[2]),
            Arguments = Told(fields[3]),
        };
    }

    private static string? Told(string field) => field switch { "-" => null, "_" => " ", _ => field };

    // The ids a, b and c stand for those that are made.
    private static string Numbered(string expected) => string.Join('|', expected.Split('|').Select(call => call[..2] switch
    {
        "a " => "new1" + call[1..],
        "b " => "new2" + call[1..],
        "c " => "new3" + call[1..],
        _ => call,
    }));
}
