using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using CleanLlm.Application.Completions;
using CleanLlm.WebApi.Http;

namespace CleanLlm.WebApi.Streaming;

/// <summary>A completion's log as server-sent events (WHATWG HTML, 9.2): its own reader, at the pace of its connection.</summary>
internal static class CompletionEvents
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    public static async IAsyncEnumerable<SseItem<object>> ReadAsync(
        CompletionLog log, HttpContext http, TimeProvider clock, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var (id, entry) in log.ReadAsync(after: 0, Heartbeat, clock, ct))
        {
            if (entry is null)
            {
                // Whoever formats the events waits for this enumerator, so nothing else is writing now.
                await http.Response.Body.WriteAsync(KeepAlive, ct);
                await http.Response.Body.FlushAsync(ct);
                continue;
            }

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
