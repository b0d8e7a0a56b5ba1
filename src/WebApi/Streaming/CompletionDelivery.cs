using CleanLlm.Application.Completions;
using CleanLlm.Domain.Results;
using CleanLlm.WebApi.Http;

namespace CleanLlm.WebApi.Streaming;

/// <summary>Hands a started completion to its caller: as one JSON document, or as events while it is written.</summary>
internal sealed class CompletionDelivery(CompletionEvents events, TimeProvider clock)
{
    private const string EventStream = "text/event-stream";

    /// <summary>Whether the caller asks for events.</summary>
    public static bool WantsEvents(HttpRequest request)
    {
        foreach (var accept in request.Headers.Accept)
        {
            if (accept?.Contains(EventStream, StringComparison.OrdinalIgnoreCase) == true)
                return true;
        }

        return false;
    }

    /// <summary>The answer, or the problem that refused it. A caller who leaves ends their own waiting only.</summary>
    public async Task<IResult> DeliverAsync(Result<CompletionRun> started, HttpContext http)
    {
        if (!started.IsSuccess)
            return started.Error.ToProblem();

        var run = started.Value;
        RateLimitHeaders.Write(http.Response, run.Limits, clock.GetUtcNow());
        if (!WantsEvents(http.Request))
            return (await run.Outcome.WaitAsync(http.RequestAborted)).ToOk();

        // nginx would otherwise collect events until a buffer is full.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(events.ReadAsync(run.Log, http, http.RequestAborted));
    }
}
