using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Claims;
using System.Text;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Application.Faults;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using CleanLlm.Testing;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CleanLlm.WebApi.FunctionalTests.Streaming;

/// <summary>What goes over the wire when, and what a reader that takes nothing costs. The connection is a pipe as large as Kestrel's buffer.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EventStreamTests
    : IAccessStates, IApiKeyAuthenticator, IDatabaseFaults, IHttpRequestLifetimeFeature, IHostApplicationLifetime, IDisposable
{
    private const int Buffer = 64 * 1024;
    private const int SlowReaderSeconds = 30;

    private readonly FakeTimeProvider clock = new();
    private readonly CancellationTokenSource leaving = new();
    private readonly Departure departure;
    private volatile bool hasSession = true;
    private readonly Pipe connection = new(new PipeOptions(pauseWriterThreshold: Buffer, resumeWriterThreshold: Buffer / 2, useSynchronizationContext: false));

    // Here and below, what throws belongs to an interface of which a stream uses the rest only; a call of it fails the test.
    CancellationToken IHttpRequestLifetimeFeature.RequestAborted { get => leaving.Token; set => throw new NotSupportedException("Not called here."); }

    // How many bytes went with each flush. In a context without a server nothing counts as begun, so headers are flushed at each wait.
    private readonly List<long> flushed = [];

    private bool IsDropped => leaving.IsCancellationRequested;

    public EventStreamTests() => departure = new Departure(this, clock);

    CancellationToken IHostApplicationLifetime.ApplicationStarted => CancellationToken.None;

    CancellationToken IHostApplicationLifetime.ApplicationStopping => CancellationToken.None;

    CancellationToken IHostApplicationLifetime.ApplicationStopped => CancellationToken.None;

    void IHostApplicationLifetime.StopApplication() => throw new NotSupportedException("Not called here.");

    public void Dispose()
    {
        leaving.Dispose();
        departure.Dispose();
    }

    [Test]
    public async Task WhatRunsElsewhere_IsReadThere_OnceThisInstanceLeaves()
    {
        CompletionEvent[] piece = [new CompletionDelta("x")];
        departure.EndReading();

        await WriteAsync(new ScriptedReader(clock, [TimeSpan.Zero, TimeSpan.Zero]) { Pieces = { [0] = piece, [1] = piece } });

        (await ReadAllAsync()).Should().Be("id: 1\nevent: completion.delta\ndata: {\"text\":\"x\"}\n\n", "the caller goes on after the first event");
    }

    [Test]
    public async Task WhatEndedHere_IsReadToItsEnd_WhenThisInstanceLeaves()
    {
        departure.EndReading();

        await WriteAsync(new ScriptedReader(clock, []));

        (await ReadAllAsync()).Should().Be(Ending);
    }

    [Test]
    public async Task Silence_IsACommentEvery15Seconds_AndNotOneByteMore()
    {
        // As the reader of a log looks: every 1.5 seconds, which 15 are ten of.
        await WriteAsync(new ScriptedReader(clock, [.. Enumerable.Repeat(TimeSpan.FromSeconds(1.5), 29)]));

        (await ReadAllAsync()).Should().Be(": keep-alive\n: keep-alive\n" + Ending);
    }

    [Test]
    public async Task Silence_OfLessThan15Seconds_IsNothing()
    {
        await WriteAsync(new ScriptedReader(clock, [TimeSpan.FromSeconds(14.9)]));

        (await ReadAllAsync()).Should().Be(Ending);
    }

    [Test]
    public async Task Silence_CountsFromWhatWasWrittenLast()
    {
        CompletionEvent[] piece = [new CompletionDelta("x")];
        await WriteAsync(new ScriptedReader(clock, [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(4.9)]) { Pieces = { [0] = piece } });

        (await ReadAllAsync()).Should().Be("id: 1\nevent: completion.delta\ndata: {\"text\":\"x\"}\n\n" + Ending.Replace("id: 1", "id: 2", StringComparison.Ordinal));
    }

    [Test]
    public async Task Headers_GoAtOnce_WhileTheModelHasSaidNothing()
    {
        var log = new CompletionLog();

        var writing = WriteAsync(log.OpenReader(0, EventStream.LookInterval, clock, leaving.Token));

        flushed.Should().Equal(0);
        log.Append(new CompletionFailed(CompletionErrors.Interrupted));
        await writing.WaitAsync(Patience.Limit);
        flushed.Should().Equal(0, Ending.Length);
    }

    [Test]
    public async Task Headers_GoWithWhatIsThere()
    {
        await WriteAsync(new ScriptedReader(clock, []));

        flushed.Should().Equal(Ending.Length);
    }

    [Test]
    public async Task AReaderThatTakesNothing_HoldsNoMoreThanItsBuffer_HoweverLongTheAnswer()
    {
        const int Pieces = 20_000;
        var log = new CompletionLog();
        for (var i = 0; i < Pieces; i++)
            log.Append(new CompletionDelta(new string('x', 1000)));
        log.Append(new CompletionFailed(CompletionErrors.Interrupted));

        var writing = WriteAsync(log.OpenReader(0, EventStream.LookInterval, clock, leaving.Token));

        writing.IsCompleted.Should().BeFalse("nobody takes what it writes");
        connection.Reader.TryRead(out var waiting).Should().BeTrue();
        await TestContext.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"Of {log.Size / 1024:N0} KiB of events {waiting.Buffer.Length / 1024.0:N0} KiB wait for a reader that takes nothing"));
        waiting.Buffer.Length.Should().BeInRange(Buffer, 2 * Buffer);
        connection.Reader.AdvanceTo(waiting.Buffer.Start);

        var all = ReadAllAsync();
        await writing.WaitAsync(Patience.Limit);
        (await all.WaitAsync(Patience.Limit)).Should().EndWith(Ending.Replace("id: 1", $"id: {Pieces + 1}", StringComparison.Ordinal));
    }

    [Test]
    public async Task AReaderThatTakesNothing_IsDropped()
    {
        var log = Full();
        var writing = WriteAsync(log.OpenReader(0, EventStream.LookInterval, clock, leaving.Token));

        clock.Advance(TimeSpan.FromSeconds(SlowReaderSeconds - 0.1));
        IsDropped.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(0.2));

        IsDropped.Should().BeTrue();
        await writing.Awaiting(w => w.WaitAsync(Patience.Limit)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task AReaderThatTakesABufferInTime_IsNotDropped()
    {
        var log = Full();
        var writing = WriteAsync(log.OpenReader(0, EventStream.LookInterval, clock, leaving.Token));

        for (var taken = 0; taken < 10; taken++)
        {
            var full = await connection.Reader.ReadAtLeastAsync(Buffer).AsTask().WaitAsync(Patience.Limit);
            clock.Advance(TimeSpan.FromSeconds(SlowReaderSeconds - 1));
            connection.Reader.AdvanceTo(full.Buffer.End);
        }

        IsDropped.Should().BeFalse();
        await leaving.CancelAsync();
        await writing.Awaiting(w => w.WaitAsync(Patience.Limit)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task AnEventThatIsLargerThanTheBuffer_GetsAsMuchMoreTime()
    {
        var log = new CompletionLog();
        log.Append(new CompletionDelta(new string('x', 10 * Buffer)));
        var writing = WriteAsync(log.OpenReader(0, EventStream.LookInterval, clock, leaving.Token));

        clock.Advance(TimeSpan.FromSeconds((10 * SlowReaderSeconds) - 1));
        IsDropped.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(SlowReaderSeconds));

        IsDropped.Should().BeTrue();
        await writing.Awaiting(w => w.WaitAsync(Patience.Limit)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task ACallerWhoseSessionEnds_WhileTheyAreSentALongAnswer_GetsNoMoreThanWhatWaitsForThemAlready()
    {
        var writing = WriteAsync(Full().OpenReader(0, EventStream.LookInterval, clock, leaving.Token));
        hasSession = false;
        clock.Advance(EventStream.LookInterval);

        var text = await ReadAllAsync().WaitAsync(Patience.Limit);

        await writing.WaitAsync(Patience.Limit);
        text.Should().EndWith("event: completion.failed\ndata: {\"detail\":\"over\"}\n\n");
        text.Length.Should().BeLessThan(3 * Buffer);
    }

    ValueTask<AccessState?> IAccessStates.OfSessionAsync(SessionId session, CancellationToken ct) =>
        ValueTask.FromResult(hasSession ? new AccessState(default, UserRole.User) : (AccessState?)null);

    ValueTask<AccessState?> IAccessStates.OfUserAsync(UserId user, CancellationToken ct) => throw new NotSupportedException("Not called here.");

    Task IAccessStates.ForgetAsync(UserId user, CancellationToken ct) => throw new NotSupportedException("Not called here.");

    ValueTask<ApiKeyAccess?> IApiKeyAuthenticator.AuthenticateAsync(string key, CancellationToken ct) => throw new NotSupportedException("Not called here.");

    bool IDatabaseFaults.IsTransient(Exception fault) => false;

    bool IDatabaseFaults.IsConflict(Exception fault) => false;

    void IHttpRequestLifetimeFeature.Abort() => leaving.Cancel();

    private static string Ending => "id: 1\nevent: completion.failed\ndata: {\"detail\":\"over\"}\n\n";

    /// <summary>Twenty buffers of events, and more to come.</summary>
    private static CompletionLog Full()
    {
        var log = new CompletionLog();
        for (var i = 0; i < 20 * Buffer / 1000; i++)
            log.Append(new CompletionDelta(new string('x', 1000)));
        return log;
    }

    private async Task WriteAsync(ICompletionReader reader)
    {
        var http = new DefaultHttpContext
        {
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sid", Guid.CreateVersion7().ToString())])),
        };
        http.Features.Set<IHttpRequestLifetimeFeature>(this);
        http.Features.Set<IHttpResponseBodyFeature>(new PipedBody(new FlushRecorder(connection.Writer, flushed)));
        var stream = new EventStream(new CallerAccess(this, this, this), Options.Create(new HttpOptions { SlowReaderSeconds = SlowReaderSeconds }), departure, clock);
        try
        {
            await stream.WriteAsync(reader, new PlainFormat(), http);
        }
        finally
        {
            await reader.DisposeAsync();
            await connection.Writer.CompleteAsync();
        }
    }

    private async Task<string> ReadAllAsync()
    {
        using var text = new StreamReader(connection.Reader.AsStream(), Encoding.UTF8);
        return await text.ReadToEndAsync();
    }

    /// <summary>Events in the form of <c>/api</c>, without what belongs to a whole problem.</summary>
    private sealed class PlainFormat : ICompletionEventFormat
    {
        public void Write(IBufferWriter<byte> output, int? id, CompletionEvent entry) => output.Write(Encoding.UTF8.GetBytes(entry is CompletionDelta delta
            ? $"id: {id}\nevent: completion.delta\ndata: {{\"text\":\"{delta.Text}\"}}\n\n"
            : $"id: {id}\nevent: completion.failed\ndata: {{\"detail\":\"over\"}}\n\n"));
    }

    /// <summary>Gives nothing after each of the silences, or the pieces that belong there, then the ending.</summary>
    private sealed class ScriptedReader(FakeTimeProvider clock, TimeSpan[] silences) : ICompletionReader
    {
        private int looks;
        private int given;

        public Dictionary<int, CompletionEvent[]> Pieces { get; } = [];

        public ValueTask<EventBatch> NextAsync()
        {
            if (looks == silences.Length)
                return ValueTask.FromResult(new EventBatch(given + 1, new CompletionEvent[] { new CompletionFailed(Error.Invalid("x", "x")) }, IsLast: true));
            clock.Advance(silences[looks]);
            var events = Pieces.GetValueOrDefault(looks++) ?? [];
            var batch = new EventBatch(given + 1, events, IsLast: false);
            given += events.Length;
            return ValueTask.FromResult(batch);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
