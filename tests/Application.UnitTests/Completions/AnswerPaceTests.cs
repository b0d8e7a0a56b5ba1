using CleanLlm.Domain.Prompting;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.Completions;
using CleanLlm.Testing;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>When readers see what a model has written.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class AnswerPaceTests : IAnswerStep, IAnswerFilter, IDisposable
{
    private readonly RunnerFixture fixture;
    private AnswerContext answer = null!;
    private int pieces;

    public AnswerPaceTests() => fixture = new RunnerFixture(answerSteps: [this]);

    // How long the model takes for each piece, without ever releasing its thread.
    private TimeSpan PieceTime { get; set; }

    // How many pieces pass; the next one is blocked.
    private int MaxPieces { get; set; } = int.MaxValue;

    int IAnswerFilter.HeldBack => 0;

    IAnswerFilter? IAnswerStep.Begin(AnswerStrand strand, AnswerContext context, StepMode mode)
    {
        answer = context;
        return this;
    }

    string IAnswerFilter.Push(string piece)
    {
        fixture.Clock.Advance(PieceTime);
        if (++pieces > MaxPieces)
            answer.Block(new Finding("test", "too_many", 1));
        return piece;
    }

    string IAnswerFilter.Flush() => "";

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task Pieces_ThatComeTogether_AreShownTogether()
    {
        var (run, batches) = await ReadAsync();

        fixture.Model.SaysAtOnce("a", "b", "c").Ends();
        await RunnerFixture.EndOfAsync(run);

        TextsOf(await batches.WaitAsync(Patience.Limit)).Should().Equal("abc");
    }

    [Test]
    public async Task Pieces_OfAModelThatNeverLetsUsWait_AreShownOneByOne()
    {
        PieceTime = TimeSpan.FromMilliseconds(2);
        var (run, batches) = await ReadAsync();

        fixture.Model.SaysAtOnce("a", "b", "c").Ends();
        await RunnerFixture.EndOfAsync(run);

        TextsOf(await batches.WaitAsync(Patience.Limit)).Should().Equal("a", "b", "c");
    }

    [Test]
    public async Task TheLastPieces_AreShown_BeforeAnEndThatTakesLong()
    {
        var farewell = new TaskCompletionSource();
        fixture.Model.Farewell = farewell.Task;
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        await using var reader = run.Log.OpenReader(after: 1, TimeSpan.FromHours(1), fixture.Clock, default);
        var waiting = reader.NextAsync().AsTask();

        // It is blocked at once, so the client ends holding these pieces.
        MaxPieces = 2;
        fixture.Model.SaysAtOnce("a", "b", "c");

        (await waiting.WaitAsync(Patience.Limit)).Events.OfType<CompletionDelta>().Should().Equal(new CompletionDelta("a"), new CompletionDelta("b"));
        farewell.SetResult();
        await run.Outcome.WaitAsync(Patience.Limit);
    }

    [Test]
    public async Task APiece_IsShown_WhileTheModelThinks()
    {
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        await using var reader = run.Log.OpenReader(after: 1, TimeSpan.FromHours(1), fixture.Clock, default);
        var waiting = reader.NextAsync().AsTask();

        fixture.Model.SaysAtOnce("a");

        (await waiting.WaitAsync(Patience.Limit)).Events.Should().Equal(new CompletionDelta("a"));
        run.Cancel();
    }

    private async Task<(CompletionRun Run, Task<List<EventBatch>> Batches)> ReadAsync()
    {
        var run = (await fixture.StartAsync(fixture.Ask() with { Stream = true })).Value;
        return (run, BatchesAsync(run.Log.OpenReader(after: 1, TimeSpan.FromHours(1), fixture.Clock, default)));
    }

    private static async Task<List<EventBatch>> BatchesAsync(ICompletionReader reader)
    {
        await using var opened = reader;
        List<EventBatch> batches = [];
        do
            batches.Add(await reader.NextAsync().ConfigureAwait(false));
        while (!batches[^1].IsLast);
        return batches;
    }

    private static IEnumerable<string> TextsOf(List<EventBatch> batches) => batches
        .Select(batch => string.Concat(batch.Events.OfType<CompletionDelta>().Select(delta => delta.Text)))
        .Where(text => text.Length > 0);
}
