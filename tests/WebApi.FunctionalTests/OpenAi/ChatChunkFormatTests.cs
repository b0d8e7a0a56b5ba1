using System.Buffers;
using System.Text;
using System.Text.Json;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Messages;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.WebApi.FunctionalTests.Api;
using CleanLlm.WebApi.OpenAi;
using Microsoft.AspNetCore.Http;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>A stream of chunks is a whole answer or ends with an error, however much of it came as pieces.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ChatChunkFormatTests
{
    private const string Text = "Let me look. Grüße 👋";

    private static readonly CompletionId Id = CompletionId.New(DateTimeOffset.UnixEpoch);
    private static readonly ToolCall First = new("a", "first", "{\"city\": \"Paris\"}");
    private static readonly ToolCall Second = new("b", "second", "{}");

    private static readonly CompletionEvent[] Pieces =
    [
        new CompletionStarted(Id, "model"),
        new CompletionDelta("Let me "),
        new CompletionDelta("look. Grüße 👋"),
        new CompletionDelta("") { ToolCall = new ToolCallDelta(0, "a", "first", "{\"city\"") },
        new CompletionDelta("") { ToolCall = new ToolCallDelta(0, null, null, ": \"Paris\"}") },
        new CompletionDelta("") { ToolCall = new ToolCallDelta(1, "b", "second", "{}") },
    ];

    [Test]
    public void AnEnding_WritesWhatIsMissing_AndNothingTwice([Range(0, 6)] int seen)
    {
        var lines = Write([.. Pieces.Take(seen), new CompletionFinished(Answer(Text, First, Second))]);

        lines[^1].Should().Be("[DONE]");
        var chunks = lines.SkipLast(1).Select(line => ApiCaller.Parse(line).GetProperty("choices")[0]).ToList();
        TextOf(chunks).Should().Be(Text);
        CallsOf(chunks).Should().Equal(First, Second);
        chunks[^1].GetProperty("finish_reason").GetString().Should().Be("tool_calls");
        chunks.Count(chunk => chunk.GetProperty("delta").TryGetProperty("role", out _)).Should().Be(1);
        if (seen == Pieces.Length)
            chunks.Should().HaveCount(Pieces.Length, "each piece but the start, and why it ended");
    }

    [Test]
    public void AnAnswerThatSaidNothing_StillHasARole()
    {
        var lines = Write(new CompletionStarted(Id, "model"), new CompletionFinished(Answer(text: null)));

        ApiCaller.Parse(lines[0]).GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString().Should().BeEmpty();
        lines.Should().HaveCount(3).And.EndWith("[DONE]");
    }

    [Test]
    public void AnAnswerThatIsGone_EndsWithAnError_InPlaceOfDone([Range(0, 3)] int seen)
    {
        var lines = Write([.. Pieces.Take(seen), new CompletionFinished(Answer(text: null) with { IsAnswerGone = true })]);

        ApiCaller.Parse(lines[^1]).GetProperty("error").GetProperty("code").GetString().Should().Be("completion.not_kept");
        lines.Should().NotContain("[DONE]").And.NotContain(line => line.Contains("\"finish_reason\":\"", StringComparison.Ordinal));
    }

    private static List<string> Write(params CompletionEvent[] events)
    {
        var output = new ArrayBufferWriter<byte>();
        using var format = new ChatChunkFormat(includeUsage: false, new DefaultHttpContext());
        for (var i = 0; i < events.Length; i++)
            format.Write(output, i + 1, events[i]);
        return [.. Encoding.UTF8.GetString(output.WrittenSpan).Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..])];
    }

    private static string TextOf(IEnumerable<JsonElement> chunks) => string.Concat(
        from chunk in chunks
        where chunk.GetProperty("delta").TryGetProperty("content", out _)
        select chunk.GetProperty("delta").GetProperty("content").GetString());

    // As clients put them together: the first piece of a call names it.
    private static IEnumerable<ToolCall> CallsOf(IEnumerable<JsonElement> chunks) =>
        from chunk in chunks
        where chunk.GetProperty("delta").TryGetProperty("tool_calls", out _)
        let call = chunk.GetProperty("delta").GetProperty("tool_calls")[0]
        group call by call.GetProperty("index").GetInt32() into pieces
        select new ToolCall(
            pieces.First().GetProperty("id").GetString()!,
            pieces.First().GetProperty("function").GetProperty("name").GetString()!,
            string.Concat(pieces.Select(piece => piece.GetProperty("function").GetProperty("arguments").GetString())));

    private static CompletionDto Answer(string? text, params ToolCall[] calls) => new(
        Id,
        ChatId: null,
        CompletionStatus.Succeeded,
        "model",
        "provider",
        text is null ? null : new MessageDto(new MessageId(Id.Value), null, MessageRole.Assistant, text, "model", 1, 2, DateTimeOffset.UnixEpoch, Feedback: null) { SiblingIds = [new MessageId(Id.Value)] },
        calls,
        new CompletionUsageDto(1, 0, 2, 0, 3),
        calls.Length > 0 ? FinishReason.ToolCalls : FinishReason.Stop,
        ErrorCode: null,
        Cached: false,
        Findings: [],
        DateTimeOffset.UnixEpoch,
        DateTimeOffset.UnixEpoch);
}
