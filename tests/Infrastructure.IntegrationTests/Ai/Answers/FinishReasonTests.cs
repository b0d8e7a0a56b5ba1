using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Answers;

[Parallelizable(ParallelScope.All)]
internal sealed class FinishReasonTests
{
    [TestCase("stop", "stop")]
    [TestCase("STOP", "stop")]
    [TestCase("eos", "stop")]
    [TestCase("eos_token", "stop")]
    [TestCase("end_turn", "stop")]
    [TestCase("stop_sequence", "stop")]
    [TestCase("COMPLETE", "stop")]
    [TestCase("length", "length")]
    [TestCase("max_tokens", "length")]
    [TestCase("MAX_TOKENS", "length")]
    [TestCase("max-output-tokens", "length")]
    [TestCase("model_length", "length")]
    [TestCase("model_context_window_exceeded", "length")]
    [TestCase("content_filter", "content_filter")]
    [TestCase("contentFilter", "content_filter")]
    [TestCase("content_filtered", "content_filter")]
    [TestCase("RECITATION", "content_filter")]
    [TestCase("PROHIBITED_CONTENT", "content_filter")]
    [TestCase("sensitive", "content_filter")]
    [TestCase("refusal", "content_filter")]
    [TestCase("tool_calls", "tool_calls")]
    [TestCase("function_call", "tool_calls")]
    [TestCase("tool_use", "tool_calls")]
    [TestCase("toolCalls", "tool_calls")]
    [TestCase("error", "error")]
    [TestCase("error: upstream", "error")]
    [TestCase("cancelled", "error")]
    [TestCase("aborted", "error")]
    [TestCase("", null)]
    [TestCase(" ", null)]
    [TestCase("FINISH_REASON_UNSPECIFIED", null)]
    [TestCase("OTHER", "OTHER")]
    [TestCase("pause_turn", "pause_turn")]
    public void Word_OfAnyServer_HasItsMeaning_AndAnUnknownOneNone(string word, string? expected) =>
        (FinishReasons.Of(word)?.Value).Should().Be(expected);

    [Test]
    public async Task LastReason_IsTheOneThatCounts()
    {
        var answer = await RawProvider.AskAsync(
            RawAnswer.Events(
                """{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}""",
                """{"choices":[{"delta":{"content":"b"},"finish_reason":""}]}""",
                """{"choices":[{"delta":{},"finish_reason":"max_tokens"}]}""",
                "[DONE]"),
            stream: true);

        answer.Text.Should().Be("ab");
        answer.FinishReason.Should().Be(ChatFinishReason.Length);
    }

    [Test]
    public async Task ReasonAndUsage_ThatComeBeforeTheText_AreNotLost()
    {
        var answer = await RawProvider.AskAsync(
            RawAnswer.Events(
                """{"choices":[{"delta":{"role":"assistant"},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":1}}""",
                """{"choices":[{"delta":{"content":"a"}}]}""",
                "[DONE]"),
            stream: true);

        answer.Text.Should().Be("a");
        answer.FinishReason.Should().Be(ChatFinishReason.Length);
        answer.Usage!.InputTokenCount.Should().Be(5);
    }
}
