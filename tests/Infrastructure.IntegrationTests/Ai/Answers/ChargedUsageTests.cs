using CleanLlm.Application.Ai;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Usage;
using CleanLlm.Testing.Upstream;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai.Answers;

/// <summary>
/// What providers report is charged to the billionth. The samples have the shape and the arithmetic of the named provider: what its figures
/// include differs.
/// </summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ChargedUsageTests
{
    // In billionths a token: prompt 1,250, cached 200, cache write 1,562.5, completion 2,500, reasoning 3,000; a call 5,000.
    private static readonly TokenPrice Price = new(1.25m, 2.5m, "v1") { CachedPrompt = 0.2m, CacheWrite = 1.5625m, Reasoning = 3m, Request = 0.000005m };

    // Reasoning is part of the completion: 882 plain, 1,024 cached; 108 shown, 192 reasoned.
    [TestCase("""{"prompt_tokens":1906,"completion_tokens":300,"total_tokens":2206,"prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":192,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}""",
        (882 * 1250) + (1024 * 200) + (108 * 2500) + (192 * 3000), TestName = "OpenAI")]
    [TestCase("""{"completion_tokens":300,"completion_tokens_details":{"reasoning_tokens":192},"prompt_tokens":1906,"prompt_tokens_details":{"cached_tokens":1024},"total_tokens":2206}""",
        (882 * 1250) + (1024 * 200) + (108 * 2500) + (192 * 3000), TestName = "Azure")]
    // Cached tokens and cache writes are beside the input.
    [TestCase("""{"input_tokens":12,"cache_creation_input_tokens":501,"cache_read_input_tokens":1000,"output_tokens":40,"service_tier":"standard"}""",
        (12 * 1250) + 782_813 + (1000 * 200) + (40 * 2500), TestName = "Anthropic-compatible, its own names")]
    [TestCase("""{"prompt_tokens":12,"completion_tokens":40,"total_tokens":52}""", (12 * 1250) + (40 * 2500), TestName = "Anthropic-compatible, OpenAI's names")]
    // Thoughts are in the total only.
    [TestCase("""{"prompt_tokens":20,"completion_tokens":198,"total_tokens":623}""", (20 * 1250) + (198 * 2500) + (405 * 3000), TestName = "Gemini-compatible")]
    [TestCase("""{"completion_tokens":0,"total_tokens":81,"prompt_tokens":21,"completion_tokens_details":{"reasoning_tokens":60}}""",
        (21 * 1250) + (60 * 3000), TestName = "Gemini-compatible, thoughts alone")]
    [TestCase("""{"prompt_tokens":1000,"completion_tokens":700,"total_tokens":1700,"prompt_cache_hit_tokens":640,"prompt_cache_miss_tokens":360,"prompt_tokens_details":{"cached_tokens":640},"completion_tokens_details":{"reasoning_tokens":500}}""",
        (360 * 1250) + (640 * 200) + (200 * 2500) + (500 * 3000), TestName = "DeepSeek")]
    [TestCase("""{"prompt_tokens":16,"total_tokens":50,"completion_tokens":34}""", (16 * 1250) + (34 * 2500), TestName = "Mistral")]
    // Reasoning is beside the completion.
    [TestCase("""{"prompt_tokens":10120,"completion_tokens":1499,"total_tokens":14428,"prompt_tokens_details":{"text_tokens":10120,"audio_tokens":0,"image_tokens":0,"cached_tokens":128},"completion_tokens_details":{"reasoning_tokens":2809,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0},"num_sources_used":0}""",
        (9992 * 1250) + (128 * 200) + (1499 * 2500) + (2809 * 3000), TestName = "Grok")]
    [TestCase("""{"prompt_tokens":16,"total_tokens":50,"completion_tokens":34,"prompt_tokens_details":null}""", (16 * 1250) + (34 * 2500), TestName = "vLLM")]
    [TestCase("""{"completion_tokens":35,"prompt_tokens":237,"total_tokens":272,"prompt_tokens_details":{"cached_tokens":236}}""",
        (1 * 1250) + (236 * 200) + (35 * 2500), TestName = "llama.cpp")]
    [TestCase("""{"prompt_tokens":26,"completion_tokens":298,"total_tokens":324}""", (26 * 1250) + (298 * 2500), TestName = "Ollama")]
    [TestCase("""{"completion_tokens":200,"completion_tokens_details":{"reasoning_tokens":150},"cost":0.95,"cost_details":{"upstream_inference_cost":19},"prompt_tokens":194,"prompt_tokens_details":{"cached_tokens":50,"cache_write_tokens":100,"audio_tokens":0},"total_tokens":394,"is_byok":false}""",
        (44 * 1250) + (50 * 200) + 156_250 + (50 * 2500) + (150 * 3000), TestName = "OpenRouter")]
    public async Task Usage_AsAProviderReportsIt_IsChargedToTheBillionth(string usage, long nanos)
    {
        var document = $$$"""{"choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{{{usage}}}}""";
        var hello = """{"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":"stop"}]}""";

        foreach (var (answer, stream) in new[]
        {
            (RawAnswer.Body(document), false),
            (RawAnswer.Events(hello, $$$"""{"choices":[],"usage":{{{usage}}}}""", "[DONE]"), true),
        })
        {
            var reported = (await RawProvider.AskAsync(answer, stream)).Usage.ToReported();

            var tokens = reported.Resolve(hasAnswer: true, () => throw new InvalidOperationException("Everything is reported."));

            tokens.Basis.Should().Be(UsageBasis.Reported);
            Price.CostNanos(tokens).Should().Be(nanos + 5_000);
        }
    }
}
