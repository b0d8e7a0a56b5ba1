using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.Users;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;

namespace CleanLlm.WebApi.Streaming;

/// <summary>
/// A completion's log as server-sent events (WHATWG HTML, 9.2): its own reader, at the pace of its connection, for as long as
/// its caller may read.
/// </summary>
internal sealed class CompletionEvents(CallerAccess access, TimeProvider clock)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // With the two seconds for which rights are believed, a change of them ends a stream within five.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1.5);

    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    public async IAsyncEnumerable<SseItem<object>> ReadAsync(CompletionLog log, HttpContext http, [EnumeratorCancellation] CancellationToken ct)
    {
        var (lookedAt, wroteAt) = (clock.GetTimestamp(), clock.GetTimestamp());
        await foreach (var (id, entry) in log.ReadAsync(after: 0, LookInterval, clock, ct))
        {
            var now = clock.GetTimestamp();
            if (clock.GetElapsedTime(lookedAt, now) >= LookInterval)
            {
                if (!await access.HoldsAsync(http, ct))
                {
                    yield return new SseItem<object>(Problem.Of(AuthErrors.SessionEnded, http), "completion.failed");
                    yield break;
                }

                lookedAt = now;
            }

            if (entry is null)
            {
                if (clock.GetElapsedTime(wroteAt, now) < Heartbeat)
                    continue;
                // Whoever formats the events waits for this enumerator, so nothing else is writing now.
                await http.Response.Body.WriteAsync(KeepAlive, ct);
                await http.Response.Body.FlushAsync(ct);
            }

            wroteAt = now;
            if (entry is null)
                continue;
            var (name, data) = Describe(entry, http);
            yield return new SseItem<object>(data, name) { EventId = id.ToString(CultureInfo.InvariantCulture) };
        }
    }

    private static (string Name, object Data) Describe(CompletionEvent entry, HttpContext http) => entry switch
    {
        CompletionStarted started => ("completion.started", started),
        CompletionDelta delta => ("completion.delta", delta),
        CompletionFinished finished => ("completion.finished", finished.Completion),
        CompletionFailed failed => ("completion.failed", Problem.Of(failed.Error, http)),
        _ => throw new InvalidOperationException($"No event is named for {entry.GetType().Name}."),
    };
}
