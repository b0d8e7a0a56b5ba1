using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Embeddings;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Usage;
using CleanLlm.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;

namespace CleanLlm.Application.UnitTests.Completions;

public sealed class EmbeddingRunnerTests
{
    private static readonly Model Vectors =
        new("vectors", "Vectors", "upstream", ContextWindow: 20, MaxOutputTokens: 1, new TokenPrice(1, 0, "v1")) { IsEmbedding = true };

    private static readonly Model MoreVectors = Vectors with { Id = "more-vectors" };

    private RunnerFixture fixture = null!;

    [SetUp]
    public void SetUp() => fixture = new RunnerFixture();

    [TearDown]
    public void TearDown() => fixture.Dispose();

    [Test]
    public async Task Run_WhenTheProviderReportsItsCount_ChargesThat_AndKeepsNoText()
    {
        var embeddings = (await RunAsync(new Generator { Reported = 7 }, "one", "two words")).Value;

        embeddings.Vectors.Should().HaveCount(2);
        embeddings.PromptTokens.Should().Be(7);
        var closing = fixture.Store.Closings.Should().ContainSingle().Subject;
        closing.Entry.Should().BeEquivalentTo(new { PromptTokens = 7, CompletionTokens = 0, CostNanos = 7000L, Basis = UsageBasis.Reported, Model = "vectors" });
        closing.Completion.Prompt.Should().BeNull();
        fixture.Store.Demands.Should().ContainSingle().Which.Should().BeEquivalentTo(new { PromptTokens = 12, MaxCompletionTokens = 0, LeastCompletionTokens = 0 });
    }

    [Test]
    public async Task Run_HoldsWhatTheDearestWouldCost_AndChargesWhatTheOneThatServedDoes()
    {
        fixture.Substitutes = [MoreVectors with { Provider = "dear", Price = new TokenPrice(3, 0, "v2") }, MoreVectors with { Price = new TokenPrice(2, 0, "v3") }];

        (await RunAsync(new Generator { Serves = 2 }, "four")).Value.Model.Should().Be("more-vectors");

        fixture.Store.Demands.Should().ContainSingle().Which.Price.Prompt.Should().Be(3);
        fixture.Store.Closings.Single().Entry.Should().BeEquivalentTo(
            new { PromptTokens = 4, CostNanos = 8000L, Model = "more-vectors", Provider = "upstream", PriceVersion = "v3" });
    }

    [TestCase(null)]
    [TestCase(-1L)]
    [TestCase(0L)]
    [TestCase(long.MaxValue)]
    public async Task Run_WhenTheProviderReportsNothingOfUse_ChargesOurCount(long? reported)
    {
        (await RunAsync(new Generator { Reported = reported }, "four")).IsSuccess.Should().BeTrue();

        fixture.Store.Closings.Single().Entry.Should().BeEquivalentTo(new { PromptTokens = 4, Basis = UsageBasis.Counted });
    }

    [Test]
    public async Task Run_WhenTheProviderFails_ChargesNothing_AndGivesTheReservationBack()
    {
        var error = (await RunAsync(new Generator { Failure = new ProviderException(ProviderFailure.Timeout, "slow") }, "x")).Error;

        error!.Code.Should().Be("provider.timeout");
        fixture.Store.Closings.Single().Entry.Should().BeNull();
    }

    [Test]
    public async Task Run_WhenAForeignGeneratorThrowsWhatItLikes_EndsAsAFault()
    {
        var error = (await RunAsync(new Generator { Failure = new FormatException() }, "x")).Error;

        error.Should().Be(CompletionErrors.Fault);
        fixture.Store.Closings.Should().ContainSingle();
    }

    [Test]
    public async Task Run_WhenVectorsAreMissing_IsABadAnswer()
    {
        var error = (await RunAsync(new Generator { Missing = 1 }, "one", "two")).Error;

        error!.Code.Should().Be("provider.bad_answer");
        fixture.Store.Closings.Single().Entry.Should().BeNull();
    }

    // A plugged-in generator is trusted as little as a provider's answer.
    [TestCase(new[] { 1f, float.NaN }, TestName = "Run_WhenAVectorHoldsNoNumber_IsABadAnswer")]
    [TestCase(new[] { 1f, float.PositiveInfinity }, TestName = "Run_WhenAVectorIsInfinite_IsABadAnswer")]
    [TestCase(new[] { 1f, 2f, 3f }, TestName = "Run_WhenAVectorIsLongerThanTheOthers_IsABadAnswer")]
    [TestCase(new float[0], TestName = "Run_WhenAVectorIsEmpty_IsABadAnswer")]
    public async Task Run_WhenAVectorCannotBeUsed_IsABadAnswer(float[] last)
    {
        var error = (await RunAsync(new Generator { Last = last }, "one", "two")).Error;

        error!.Code.Should().Be("provider.bad_answer");
        fixture.Store.Closings.Single().Entry.Should().BeNull();
    }

    [Test]
    public async Task Run_WhenItTakesLongerThanAnAnswerMay_IsStopped()
    {
        var running = RunAsync(new Generator { Hangs = true }, "x");
        fixture.Clock.Advance(TimeSpan.FromSeconds(fixture.Value.MaxSeconds));

        (await running.WaitAsync(Patience.Limit)).Error.Should().Be(CompletionErrors.TimedOut);
    }

    [Test]
    public async Task Run_WhenAChatModelIsNamed_IsRefused() =>
        (await RunAsync(new Generator(), model: "small", inputs: ["x"])).Error!.Code.Should().Be("model.no_embeddings");

    [Test]
    public async Task Run_WhenTheCatalogueIsRenewedMeanwhile_GoesByWhatItSaidFirst()
    {
        fixture.IsRenewedAfterOneLook = true;

        (await RunAsync(new Generator(), "x")).Value.Model.Should().Be("vectors");
    }

    [Test]
    public async Task Run_WhenAnAliasStandsForSeveralModels_TakesTheFirstThatThePlanAllows()
    {
        fixture.Plan = RunnerFixture.PlanOf([], maxOutputTokens: null, "more-vectors");

        (await RunAsync(new Generator(), RunnerFixture.Alias, ["x"])).Value.Model.Should().Be("more-vectors");
    }

    [Test]
    public async Task Run_WhenThePlanExcludesAllThatAnAliasStandsFor_IsForbidden()
    {
        fixture.Plan = RunnerFixture.PlanOf([], maxOutputTokens: null, "large");

        (await RunAsync(new Generator(), RunnerFixture.Alias, ["x"])).Error.Should().BeEquivalentTo(QuotaErrors.ModelNotInPlan("vectors"));
        fixture.Store.Demands.Should().BeEmpty();
    }

    [Test]
    public async Task Run_WhenATextIsLongerThanTheWindow_IsRefused_BeforeAdmission()
    {
        (await RunAsync(new Generator(), "short", new string('x', 21))).Error!.Code.Should().Be("prompt.too_long");

        fixture.Store.Demands.Should().BeEmpty();
    }

    [Test]
    public async Task Run_WhenNothingVisibleIsLeft_IsRefused() =>
        (await RunAsync(new Generator(), "\u200B")).Error!.Fields.Should().ContainKey("input");

    [Test]
    public async Task Run_WhenTheQuotaIsSpent_IsRefused_AndTheProviderNotAsked()
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 3)]);
        var generator = new Generator();

        (await RunAsync(generator, "four")).Error!.Code.Should().Be("quota.exceeded");

        generator.Calls.Should().Be(0);
    }

    [Test]
    public async Task Run_OfLargeInputs_WhenALimitIsSpent_IsRefusedUncounted()
    {
        fixture.Plan = RunnerFixture.PlanOf([new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 1000)]);
        fixture.Store.Used = 800;

        (await RunAsync(new Generator(), [.. Enumerable.Repeat(new string('x', 150), 20)])).Error!.Code.Should().Be("quota.exceeded");

        fixture.Counted.Should().BeEmpty();
        fixture.Store.Demands.Should().BeEmpty();
    }

    [Test]
    public async Task Run_WhenOneInputCannotFit_IsRefusedByItsLengthAlone()
    {
        (await RunAsync(new Generator(), "one", new string('x', 2000))).Error!.Code.Should().Be("prompt.too_long");

        fixture.Counted.Should().BeEmpty();
    }

    private Task<Result<EmbeddingsDto>> RunAsync(Generator generator, params string[] inputs) => RunAsync(generator, Vectors.Id, inputs);

    private Task<Result<EmbeddingsDto>> RunAsync(Generator generator, string model, string[] inputs)
    {
        fixture.More = [Vectors, MoreVectors];
        var runner = new EmbeddingRunner(
            fixture.Admission, fixture.Closings, generator, fixture.Running, fixture, fixture.Clock, NullLogger<EmbeddingRunner>.Instance);
        return runner.RunAsync(new EmbeddingRequest(fixture.UserId, Key: null, inputs, model), CancellationToken.None);
    }

    private sealed class Generator : IEmbeddingRouter
    {
        public long? Reported { get; init; }

        public Exception? Failure { get; init; }

        public int Missing { get; init; }

        /// <summary>The last vector, when it is not like the others.</summary>
        public float[]? Last { get; init; }

        /// <summary>Which candidate answers, counted from 0.</summary>
        public int? Serves { get; init; }

        public bool Hangs { get; init; }

        public int Calls { get; private set; }

        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IReadOnlyList<string> values, EmbeddingGenerationOptions options, RoutedCall call, CancellationToken ct)
        {
            Calls++;
            if (Hangs)
                await Task.Delay(Timeout.Infinite, ct);
            if (Failure is not null)
                throw Failure;
            if (Serves is { } place)
                call.Served = call.Candidates[place];
            var vectors = values.Skip(Missing).Select(_ => new Embedding<float>(new float[] { 1, 2 })).ToList();
            if (Last is not null)
                vectors[^1] = new Embedding<float>(Last);
            return new(vectors)
            {
                Usage = Reported is { } count ? new UsageDetails { InputTokenCount = count } : null,
            };
        }
    }
}
