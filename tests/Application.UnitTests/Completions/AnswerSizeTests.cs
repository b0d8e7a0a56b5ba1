using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>How large an answer may become: all that the model writes counts, and the number of its pieces too.</summary>
[TestFixture(false)]
[TestFixture(true)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AnswerSizeTests(bool stream) : IDisposable
{
    private const int Most = 1_024;

    private readonly RunnerFixture fixture = new() { Value = new CompletionOptions { MaxOutputBytes = Most } };

    public void Dispose() => fixture.Dispose();

    // Each piece counts 64 bytes beside its text; the text of a document is one piece.
    [Test]
    public async Task VerySmallPieces_AreBoundedByTheirNumber([Values("text", "reasoning", "call", "field")] string kind, [Values(16, 17)] int pieces)
    {
        AIContent Piece() => kind switch
        {
            "text" => new TextContent("a"),
            "reasoning" => ReasoningFields.Piece("a", ReasoningFields.Content),
            "call" => new ToolCallFragment { Index = 0, Id = "c", Name = "f", Arguments = " " },
            _ => Field("1"),
        };

        var isOnePiece = !stream && (kind is "text" or "reasoning");

        (await IsWholeAsync(Enumerable.Range(0, pieces).Select(_ => Piece()))).Should().Be(pieces == 16 || isOnePiece);
    }

    // 200 of each, and 24 or 25 bytes more; a letter of two bytes counts two.
    [Test]
    public async Task TheBound_IsForAllStrandsTogether([Values(24, 25)] int more)
    {
        AIContent[] pieces =
        [
            ReasoningFields.Piece(new string('ä', 100), ReasoningFields.Content),
            new TextContent(new string('ä', 200)),
            Field('"' + new string('ä', 99) + '"'),
            new ToolCallFragment { Index = 0, Id = "i", Name = "f", Arguments = '"' + new string('a', 196) + '"' },
            new TextContent(new string('a', more)),
        ];

        (await IsWholeAsync(pieces)).Should().Be(more == 24);
    }

    private static MessageField Field(string json)
    {
        using var value = JsonDocument.Parse(json);
        return new MessageField("annotations", value.RootElement);
    }

    private async Task<bool> IsWholeAsync(IEnumerable<AIContent> pieces)
    {
        foreach (var piece in pieces)
            fixture.Model.Tells(piece);
        fixture.Model.Ends();

        var ended = await fixture.CompleteAsync(fixture.Ask() with { Stream = stream });

        if (!ended.IsSuccess)
            ended.Error.Should().Be(CompletionErrors.TooLong);
        return ended.IsSuccess;
    }
}
