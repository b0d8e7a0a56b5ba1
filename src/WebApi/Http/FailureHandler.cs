using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Faults;
using Microsoft.AspNetCore.Diagnostics;

namespace CleanLlm.WebApi.Http;

/// <summary>The one place where exceptions become problem documents; what is our fault is logged once, here.</summary>
internal sealed partial class FailureHandler(IDatabaseFaults faults, ILogger<FailureHandler> logger) : IExceptionHandler
{
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = ClientClosedRequest;
            return true;
        }

        if (exception is ProviderException failure)
            await ProviderErrors.From(failure).ToProblem().ExecuteAsync(httpContext); // no provider could tell which models there are
        else
            await Describe(exception, httpContext).WriteAsync(httpContext);
        return true;
    }

    private Problem Describe(Exception exception, HttpContext http)
    {
        if (exception is BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad && BodyFault.Of(http, bad.StatusCode) is null)
            return Problem.Of(bad.StatusCode, "request.malformed", MalformedRequest.Describe(bad), http);
        if (exception is BadHttpRequestException refused)
            return StatusProblems.Of(refused.StatusCode, http);

        if (faults.IsConflict(exception))
            return Problem.Of(StatusCodes.Status409Conflict, "request.conflict", "This was changed or deleted at the same time; look again.", http);

        if (faults.IsTransient(exception))
        {
            LogDependency(exception.GetBaseException().Message, http.Request.Method, http.Request.Path);
            return StatusProblems.Of(StatusCodes.Status503ServiceUnavailable, http);
        }

        if (exception is KeyServiceException)
        {
            LogKeyService(exception.Message, http.Request.Method, http.Request.Path);
            return StatusProblems.Of(StatusCodes.Status503ServiceUnavailable, http);
        }

        if (exception is UnreadableContentException)
        {
            LogUnreadable(exception.Message, http.Request.Method, http.Request.Path);
            return Problem.Of(StatusCodes.Status500InternalServerError, "content.unreadable", "What is stored here cannot be decrypted; an operator has to look at the keys.", http);
        }

        LogUnhandled(exception, http.Request.Method, http.Request.Path);
        return StatusProblems.Of(StatusCodes.Status500InternalServerError, http);
    }

    // No stack trace: during an outage this line comes once a request.
    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is not available ({Cause}) for {Method} {Path}")]
    private partial void LogDependency(string cause, string method, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A data key cannot be read ({Cause}) for {Method} {Path}")]
    private partial void LogKeyService(string cause, string method, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "Stored content cannot be read ({Cause}) for {Method} {Path}")]
    private partial void LogUnreadable(string cause, string method, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "Unhandled failure of {Method} {Path}")]
    private partial void LogUnhandled(Exception exception, string method, string path);
}
