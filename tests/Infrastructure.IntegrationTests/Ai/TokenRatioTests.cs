using CleanLlm.Infrastructure.Ai.Catalog;
using CleanLlm.Infrastructure.Ai.Options;
using CleanLlm.Infrastructure.Ai.Tokens;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

[Parallelizable(ParallelScope.All)]
internal sealed class TokenRatioTests
{
    [TestCase("gpt-4o-mini", 1)]
    [TestCase("meta-llama/Llama-3.3-70B-Instruct", 1)]
    [TestCase("anthropic/claude-sonnet-4", 1.1)]
    [TestCase("models/Gemini-2.5-pro", 1.2)]
    [TestCase("mistralai/Mixtral-8x7B", 1.3)]
    [TestCase("Qwen/Qwen3-32B", 1.05)]
    [TestCase("deepseek-r1-distill-qwen-7b", 1.05)]
    [TestCase("acme", 1)]
    public void AModel_HasTheRatioOfItsFamily(string upstreamId, double ratio) => TokenRatios.Of(upstreamId).Should().Be(ratio);

    [Test]
    public void ASetting_GoesBeforeTheFamily_AndTheFamilyGoesByTheNameAtTheProvider()
    {
        RatioOf(new ModelOptions { Id = "chat", UpstreamId = "mistral-large" }).Should().Be(1.3);
        RatioOf(new ModelOptions { Id = "mistral", TokenRatio = 2 }).Should().Be(2);
        RatioOf(new ModelOptions { Id = "claude-for-all", UpstreamId = "house" }).Should().Be(1);
    }

    private static double RatioOf(ModelOptions model) => ModelRoute.Of(new ProviderOptions { Name = "p" }, model, DateTimeOffset.UnixEpoch).Model.TokenRatio;
}
