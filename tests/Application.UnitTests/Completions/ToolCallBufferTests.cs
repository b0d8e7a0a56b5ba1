using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;

namespace CleanLlm.Application.UnitTests.Completions;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ToolCallBufferTests
{
    private readonly ToolCallBuffer buffer = new();

    [Test]
    public void Pieces_MakeTheCallsTheyBelongTo()
    {
        Append(0, "a", "first", "{\"x\"").Should().Be(0);
        Append(1, "b", "second", "{}").Should().Be(1);
        Append(0, null, null, ":1}").Should().Be(0);

        buffer.Calls.Should().Equal(new ToolCall("a", "first", "{\"x\":1}"), new ToolCall("b", "second", "{}"));
    }

    [Test]
    public void AnotherIdUnderTheSameIndex_IsAnotherCall()
    {
        Append(0, "a", "first", "{}").Should().Be(0);
        Append(0, "b", "second", "{\"y\"").Should().Be(1);
        Append(0, null, null, ":2}").Should().Be(1);
        Append(0, "b", null, "").Should().Be(1);

        buffer.Calls.Should().Equal(new ToolCall("a", "first", "{}"), new ToolCall("b", "second", "{\"y\":2}"));
    }

    [Test]
    public void IsOverfull_BeyondWhatAnAnswerMayHold()
    {
        for (var i = 0; i < ToolCallBuffer.Most; i++)
            Append(i, $"id{i}", "f", "");
        buffer.IsOverfull.Should().BeFalse();

        Append(ToolCallBuffer.Most, "more", "f", "");
        buffer.IsOverfull.Should().BeTrue();
    }

    [Test]
    public async Task Calls_AreReadWhileTheyGrow()
    {
        const int Pieces = 20_000;
        var growing = Task.Run(() =>
        {
            for (var i = 0; i < Pieces; i++)
                Append(i % ToolCallBuffer.Most, i < ToolCallBuffer.Most ? $"id{i}" : null, null, "0123456789");
        });

        while (!growing.IsCompleted)
            buffer.Calls.Count(call => call.Arguments.Length % 10 != 0).Should().Be(0);

        await growing;
        buffer.Calls.Sum(call => call.Arguments.Length).Should().Be(10 * Pieces);
    }

    private int Append(int index, string? id, string? name, string arguments) =>
        buffer.Append(new ToolCallFragment { Index = index, Id = id, Name = name, Arguments = arguments });
}
