using CleanLlm.Testing.Upstream;
using Microsoft.Extensions.AI;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Answers;

/// <summary>What providers say they counted arrives as they said it, under one name each: prompt, completion, total, cached, reasoning, cache write.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ReportedUsageTests
{
    private const string Hello = """{"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":"stop"}]}""";

    [TestCase("""{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":8,"accepted_prediction_tokens":0}}""", "10 20 30 4 8 -", TestName = "OpenAI")]
    [TestCase("""{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":8}}""", "10 20 30 4 8 -", TestName = "DeepSeek")]
    [TestCase("""{"input_tokens":10,"output_tokens":20,"cache_creation_input_tokens":3,"cache_read_input_tokens":4}""", "10 20 - 4 - 3 excludes", TestName = "Anthropic")]
    [TestCase("""{"input_tokens":10,"output_tokens":20,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}""", "10 20 - 0 - 0 excludes", TestName = "Anthropic without a cache")]
    [TestCase("""{"input_tokens":10,"output_tokens":20,"total_tokens":30,"input_tokens_details":{"cached_tokens":4},"output_tokens_details":{"reasoning_tokens":8}}""", "10 20 30 4 8 -", TestName = "OpenAI's Responses")]
    [TestCase("""{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,"cache_creation_input_tokens":3,"cache_read_input_tokens":4,"prompt_tokens_details":{"cached_tokens":4,"cache_creation_tokens":3}}""", "10 20 30 4 - 3", TestName = "LiteLLM")]
    [TestCase("""{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,"cost":0.1,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":3}}""", "10 20 30 4 - 3", TestName = "OpenRouter")]
    [TestCase("""{"prompt_tokens":10,"completion_tokens":20,"total_tokens":50,"reasoning_tokens":20}""", "10 20 50 - 20 -", TestName = "Perplexity")]
    [TestCase("""{"prompt_tokens":10,"completion_tokens":20,"total_tokens":50,"thoughts_token_count":20}""", "10 20 50 - 20 -", TestName = "Gemini")]
    [TestCase("""{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,"cached_tokens":4}""", "10 20 30 4 - -", TestName = "Moonshot")]
    [TestCase("""{"prompt_tokens":7.0,"completion_tokens":"20","total_tokens":" 27 "}""", "7 20 27 - - -", TestName = "figures in other forms")]
    [TestCase("""{"prompt_tokens":-1,"completion_tokens":1e99,"total_tokens":"many","prompt_tokens_details":{"cached_tokens":4.5},"completion_tokens_details":null}""", "- - - - - -", TestName = "figures that cannot be")]
    [TestCase("""{"prompt_tokens":NaN,"completion_tokens":20,"total_tokens":99999999999999999999,"prompt_tokens_details":{"cached_tokens":null}}""", "- 20 - - - -", TestName = "figures of which one can be")]
    [TestCase("""{"prompt_tokens":{"a":1},"completion_tokens":[2],"total_tokens":true,"x":{"prompt_tokens":5}}""", "- - - - - -", TestName = "values that are no figures")]
    [TestCase("null", "- - - - - -", TestName = "none")]
    [TestCase("[]", "- - - - - -", TestName = "a list")]
    [TestCase("\"7\"", "- - - - - -", TestName = "a text")]
    public async Task Usage_OfAProvider_IsWhatItSaid(string usage, string expected)
    {
        var document = $$$"""{"usage":{{{usage}}},"choices":[{"index":0,"message":{"content":"Hello"},"finish_reason":"stop"}]}""";

        Told(await RawProvider.AskAsync(RawAnswer.Body(document), stream: false)).Should().Be(expected);
        Told(await RawProvider.AskAsync(RawAnswer.Events(Hello, $$$"""{"choices":[],"usage":{{{usage}}}}""", "[DONE]"), stream: true)).Should().Be(expected);
    }

    [TestCase("""{"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":10,"completion_tokens":20}}]}""", "10 20 - - - -", TestName = "in a choice")]
    [TestCase("""{"choices":[],"x_groq":{"id":"r","usage":{"queue_time":0.1,"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}}""", "10 20 30 - - -", TestName = "Groq's own field")]
    [TestCase("""{"choices":[],"prompt_eval_count":10,"eval_count":20}""", "10 20 - - - -", TestName = "Ollama's own fields")]
    [TestCase("""{"choices":[],"timings":{"prompt_n":6,"prompt_ms":1.5,"predicted_n":20,"cache_n":4}}""", "6 20 - 4 - - excludes", TestName = "llama.cpp's timings")]
    [TestCase("""{"choices":[],"timings":{"prompt_n":6,"predicted_n":20},"usage":{"prompt_tokens":10,"completion_tokens":20}}""", "10 20 - - - -", TestName = "timings beside usage")]
    public async Task Usage_InAnotherPlace_IsFound(string last, string expected)
    {
        Told(await RawProvider.AskAsync(RawAnswer.Events(Hello, last, "[DONE]"), stream: true)).Should().Be(expected);
        Told(await RawProvider.AskAsync(RawAnswer.Body($"{Hello}\n{last}"), stream: false)).Should().Be(expected);
    }

    [Test]
    public async Task Usage_ThatComesWithEveryPiece_IsTheLastOne_AndZerosDoNotReplaceIt()
    {
        var answer = await RawProvider.AskAsync(
            RawAnswer.Events(
                """{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":10,"completion_tokens":1,"total_tokens":11}}""",
                """{"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}}""",
                """{"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}""",
                "[DONE]"),
            stream: true);

        Told(answer).Should().Be("10 2 12 - - -");
    }

    [Test]
    public async Task Usage_OfTheCache_IsNotReplacedByZeros()
    {
        var answer = await RawProvider.AskAsync(
            RawAnswer.Events(
                """{"choices":[{"delta":{"content":"a"}}],"usage":{"input_tokens":10,"cache_creation_input_tokens":500,"cache_read_input_tokens":0,"output_tokens":1}}""",
                """{"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}],"usage":{"cache_creation_input_tokens":0,"output_tokens":5}}""",
                "[DONE]"),
            stream: true);

        Told(answer).Should().Be("10 5 - 0 - 500 excludes");
    }

    private static string Told(ChatResponse answer)
    {
        var usage = answer.Usage ?? new UsageDetails();
        long? written = usage.AdditionalCounts?.TryGetValue("cache_write_tokens", out var count) == true ? count : null;
        long?[] figures = [usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount, usage.CachedInputTokenCount, usage.ReasoningTokenCount, written];
        var excludes = usage.AdditionalCounts?.ContainsKey("input_excludes_cache") == true ? " excludes" : "";
        return string.Join(' ', figures.Select(figure => figure is { } told ? FormattableString.Invariant($"{told}") : "-")) + excludes;
    }
}
