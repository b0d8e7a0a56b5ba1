using CleanLlm.Application.Completions;
using CleanLlm.Domain.Results;
using CleanLlm.WebApi.Http;

namespace CleanLlm.WebApi.Streaming;

/// <summary>Hands a started completion to its caller: as one JSON document, or as events while it is written.</summary>
internal static class CompletionDelivery
{
    private const string EventStream = "text/event-stream";

    /// <summary>Whether the caller asks for events.</summary>
    public static bool WantsEvents(this HttpRequest request)
    {
        foreach (var accept in request.Headers.Accept)
        {
            if (accept?.Contains(EventStream, StringComparison.OrdinalIgnoreCase) == true)
                return true;
        }

        return false;
    }

    /// <summary>The answer, or the problem that refused it. A caller who leaves ends their own waiting only.</summary>
    public static async Task<IResult> DeliverAsync(this Result<CompletionRun> started, HttpContext http, TimeProvider clock)
    {
        if (!started.IsSuccess)
            return started.Error.ToProblem();

        var run = started.Value;
        RateLimitHeaders.Write(http.Response, run.Limits, clock.GetUtcNow());
        if (!http.Request.WantsEvents())
            return (await run.Outcome.WaitAsync(http.RequestAborted)).ToOk();

        // nginx would otherwise collect events until a buffer is full.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(CompletionEvents.ReadAsync(run.Log, http, clock, http.RequestAborted));
    }
}
