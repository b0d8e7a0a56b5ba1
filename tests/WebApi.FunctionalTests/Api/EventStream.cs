using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>One server-sent event; without an id when it is not one of the completion's own.</summary>
public sealed record ServerEvent(long? Id, string Type, JsonElement Data);

/// <summary>An event stream that is being read; disposing it hangs up.</summary>
public sealed class EventStream(HttpResponseMessage response, Stream body, CancellationTokenSource deadline) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<SseItem<string>> items = SseParser.Create(body).EnumerateAsync(deadline.Token).GetAsyncEnumerator(deadline.Token);

    /// <summary>The answer's headers.</summary>
    public HttpResponseMessage Response => response;

    /// <summary>The next event; null at the end.</summary>
    public async Task<ServerEvent?> NextAsync() => await items.MoveNextAsync()
        ? new ServerEvent(items.Current.EventId is { } id ? long.Parse(id, CultureInfo.InvariantCulture) : null, items.Current.EventType, ApiCaller.Parse(items.Current.Data))
        : null;

    /// <summary>Reads on to the first event of a type.</summary>
    public async Task<ServerEvent> UntilAsync(string type)
    {
        while (await NextAsync() is { } next)
        {
            if (next.Type == type)
                return next;
        }

        throw new AssertionException($"The stream ended without '{type}'.");
    }

    /// <summary>Everything up to the end.</summary>
    public async Task<IReadOnlyList<ServerEvent>> ToEndAsync()
    {
        var events = new List<ServerEvent>();
        while (await NextAsync() is { } next)
            events.Add(next);
        return events;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await items.DisposeAsync();
        await body.DisposeAsync();
        response.Dispose();
        deadline.Dispose();
    }
}
