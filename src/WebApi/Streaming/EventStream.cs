using System.Buffers;
using System.IO.Pipelines;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Users;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Streaming;

/// <summary>
/// Writes a completion's log as server-sent events (WHATWG HTML, 9.2): its own reader, at the pace of its connection, for as long as
/// its caller may read. All that has come by the time it looks is written and flushed together: at once while the model is slower than
/// the connection, in larger pieces when it is not.
/// </summary>
internal sealed class EventStream(CallerAccess access, IOptions<HttpOptions> limits, Departure departure, TimeProvider clock)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "text/event-stream";

    /// <summary>
    /// The longest silence of a reader. With the two seconds for which rights are believed, a change of them ends a stream within five.
    /// </summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // A reader that comes back to a long answer is sent it in pieces, so that it does not pile up before a slow connection.
    private const int FlushBytes = 64 * 1024;

    // A piece is many small writes, and each write to the connection takes a lock: pieces are formatted apart first, up to so many bytes.
    private const int BatchBytes = 4 * 1024;

    // Room for an event of one token.
    private const int FirstBatchBytes = 512;

    // Without an empty line after it: some clients take one for the end of an event, and of an empty one.
    private static readonly byte[] KeepAlive = ": keep-alive\n"u8.ToArray();

    private readonly TimeSpan slowest = TimeSpan.FromSeconds(limits.Value.SlowReaderSeconds);

    /// <summary>Writes until the last event, or until the caller leaves or takes too little of what is written.</summary>
    /// <exception cref="OperationCanceledException">The caller left, or was dropped.</exception>
    public async Task WriteAsync(ICompletionReader reader, ICompletionEventFormat format, HttpContext http)
    {
        var output = Begin(http);
        var events = new ArrayBufferWriter<byte>(FirstBatchBytes);
        var right = new Right(access, http, clock);
        var wroteAt = clock.GetTimestamp();
        for (var isLast = false; !isLast;)
        {
            var isLeaving = departure.Reading.IsCancellationRequested;
            var next = reader.NextAsync();
            // The headers, before the model has said anything; what it has said goes with them.
            if (!next.IsCompleted && !http.Response.HasStarted)
                await FlushAsync(output, http);
            var batch = await next;
            isLast = batch.IsLast;
            var now = clock.GetTimestamp();
            if (!await right.HoldsAsync() || !await TryWriteAsync(output, events, format, batch, right, http))
            {
                format.Write(output, id: null, new CompletionFailed(AuthErrors.SessionEnded));
                await FlushAsync(output, http);
                return;
            }

            // Nothing runs here any more, so what still comes runs elsewhere: the caller goes on there, after the last event it has seen.
            if (isLeaving && !isLast)
                return;

            if (batch.Events.Count == 0)
            {
                if (clock.GetElapsedTime(wroteAt, now) < Heartbeat)
                    continue;
                output.Write(KeepAlive);
                await FlushAsync(output, http);
            }

            wroteAt = now;
        }
    }

    private static PipeWriter Begin(HttpContext http)
    {
        var response = http.Response;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-cache,no-store";
        // nginx would otherwise collect events until a buffer is full.
        response.Headers["X-Accel-Buffering"] = "no";
        http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        return response.BodyWriter;
    }

    /// <summary>False when the caller's right to read ended before all of it was written.</summary>
    private async ValueTask<bool> TryWriteAsync(
        PipeWriter output, ArrayBufferWriter<byte> events, ICompletionEventFormat format, EventBatch batch, Right right, HttpContext http)
    {
        for (var i = 0; i < batch.Events.Count; i++)
        {
            var entry = batch.Events[i];
            // Others may hold the whole answer.
            var isPiece = entry is CompletionDelta or CompletionReasoning;
            if (!isPiece)
                HandOver(events, output);
            format.Write(isPiece ? events : output, batch.FirstId + i, entry);
            if (events.WrittenCount >= BatchBytes)
                HandOver(events, output);
            if (output.UnflushedBytes < FlushBytes)
                continue;
            await FlushAsync(output, http);
            if (!await right.HoldsAsync())
                return false;
        }

        HandOver(events, output);
        if (output.UnflushedBytes > 0)
            await FlushAsync(output, http);
        return true;
    }

    private static void HandOver(ArrayBufferWriter<byte> events, PipeWriter output)
    {
        output.Write(events.WrittenSpan);
        events.ResetWrittenCount();
    }

    /// <summary>Done at once unless the connection's buffer is full.</summary>
    private async ValueTask FlushAsync(PipeWriter output, HttpContext http)
    {
        var patience = slowest * Math.Max(1, output.UnflushedBytes / FlushBytes);
        var flush = output.FlushAsync(http.RequestAborted);
        if (flush.IsCompletedSuccessfully)
            await flush;
        else
            await TakenAsync(flush, patience, http);
    }

    // Kestrel's minimum rate credits a reader for what was written before, so that it tolerates one that reads nothing for hours.
    private async ValueTask TakenAsync(ValueTask<FlushResult> flush, TimeSpan patience, HttpContext http)
    {
        await using var drop = clock.CreateTimer(static state => ((HttpContext)state!).Abort(), http, patience, Timeout.InfiniteTimeSpan);
        await flush;
        http.RequestAborted.ThrowIfCancellationRequested();
    }

    /// <summary>Whether the caller may still read, looked up no more often than each <see cref="LookInterval"/>.</summary>
    private sealed class Right(CallerAccess access, HttpContext http, TimeProvider clock)
    {
        private long lookedAt = clock.GetTimestamp();

        public ValueTask<bool> HoldsAsync()
        {
            var now = clock.GetTimestamp();
            if (clock.GetElapsedTime(lookedAt, now) < LookInterval)
                return ValueTask.FromResult(true);
            lookedAt = now;
            return access.HoldsAsync(http, http.RequestAborted);
        }
    }
}
