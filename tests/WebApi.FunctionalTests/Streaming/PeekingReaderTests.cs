using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.WebApi.Streaming;

namespace CleanLlm.WebApi.FunctionalTests.Streaming;

/// <summary>How long a stream waits for its first piece, and where what it has seen meanwhile goes.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PeekingReaderTests : ICompletionReader
{
    private static readonly CompletionStarted Started = new(CompletionId.New(DateTimeOffset.UnixEpoch), "ok");

    private readonly Queue<CompletionEvent?> script = [];
    private int silences;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The next event of the script, a silence for null; then endless silence.</summary>
    public ValueTask<EventBatch> NextAsync()
    {
        if (script.TryDequeue(out var next) && next is not null)
            return ValueTask.FromResult(new EventBatch(1, new[] { next }, IsLast: false));
        silences++;
        return ValueTask.FromResult(new EventBatch(1, ArraySegment<CompletionEvent>.Empty, IsLast: false));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public async Task Waiting_EndsAfterThatManySilences(int patience)
    {
        script.Enqueue(Started);
        await using var reader = new PeekingReader(this);

        (await reader.EarlyFailureAsync(patience)).Should().BeNull();

        silences.Should().Be(patience, "a beginning that says nothing is no silence, and a timer's tick that comes a little early is one");
    }

    [Test]
    public async Task Waiting_EndsWithTheFirstPiece_AndNothingIsLost()
    {
        var piece = new CompletionDelta("x");
        foreach (var next in new CompletionEvent?[] { Started, null, piece })
            script.Enqueue(next);
        await using var reader = new PeekingReader(this);

        (await reader.EarlyFailureAsync(2)).Should().BeNull();

        silences.Should().Be(1);
        var read = new List<CompletionEvent>();
        for (var i = 0; i < 3; i++)
            read.AddRange((await reader.NextAsync()).Events);
        read.Should().Equal(Started, piece);
    }

    [Test]
    public async Task Failure_BeforeTheFirstPiece_IsTold()
    {
        foreach (var next in new CompletionEvent?[] { Started, null, new CompletionFailed(CompletionErrors.TimedOut) })
            script.Enqueue(next);
        await using var reader = new PeekingReader(this);

        (await reader.EarlyFailureAsync(2)).Should().Be(CompletionErrors.TimedOut);
    }
}
