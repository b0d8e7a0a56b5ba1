using System.Diagnostics;
using System.Text.Json.Serialization;
using CleanLlm.Domain.Results;
using Microsoft.AspNetCore.WebUtilities;

namespace CleanLlm.WebApi.Http;

/// <summary>Why a request failed, as RFC 9457 says. Branch on <c>code</c>; the texts are for people and may change.</summary>
/// <param name="Type">Names the problem for good: <c>urn:cleanllm:problem:</c> and the code.</param>
/// <param name="Title">The HTTP status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">One sentence about this failure.</param>
/// <param name="Instance">The path that was asked for.</param>
/// <param name="Code">Stable, dotted name of the failure, e.g. <c>quota.exceeded</c>.</param>
/// <param name="TraceId">Finds the request in the server's logs and traces.</param>
internal sealed record Problem(string Type, string Title, int Status, string Detail, string Instance, string Code, string TraceId)
{
    /// <summary>The media type of a problem document.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>Messages by field when the values were not acceptable.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>The amount allowed, when a limit was hit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Limit { get; init; }

    /// <summary>Over what time the limit counts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Window { get; init; }

    /// <summary>What the limit counts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }

    /// <summary>Whom the limit holds for, when a rate limit was hit: <c>address</c>, <c>user</c> or <c>key</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }

    /// <summary>When the window of the limit starts anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>The completion that stands in the way, when the code is <c>chat.busy</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? CompletionId { get; init; }

    /// <summary>The document of an expected failure, also for the event that ends a failed stream.</summary>
    public static Problem Of(Error error, HttpContext http) => Of(StatusOf(error.Kind), error.Code, error.Detail, http) with
    {
        Errors = error.Fields.Count > 0 ? error.Fields : null,
        Limit = error.Limit?.Limit,
        Window = error.Limit?.Window,
        Metric = error.Limit?.Metric,
        ResetsAt = error.Limit?.ResetsAt,
        CompletionId = error.CompletionId,
    };

    /// <summary>The document of a failure outside a use case.</summary>
    public static Problem Of(int status, string code, string detail, HttpContext http) => new(
        "urn:cleanllm:problem:" + code,
        ReasonPhrases.GetReasonPhrase(status),
        status,
        detail,
        http.Request.PathBase + http.Request.Path,
        code,
        Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier);

    /// <summary>
    /// Sends the document, below <c>/v1</c> in OpenAI's shape; a 401 always says which credential is wanted, and a 503 always when to retry.
    /// </summary>
    public Task WriteAsync(HttpContext http, TimeSpan? retryAfter = null)
    {
        var (response, isOpenAi) = (http.Response, OpenAiError.IsShapeOf(http.Request.Path));
        response.StatusCode = isOpenAi ? OpenAiError.StatusOf(this) : Status;
        if (Status == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
            response.Headers.WWWAuthenticate = "Bearer";
        if ((retryAfter ?? (Status == StatusCodes.Status503ServiceUnavailable ? TimeSpan.FromSeconds(1) : null)) is { } wait)
            response.Headers.RetryAfter = WholeSeconds(wait);
        if (BodyFault.Of(http, Status)?.AcceptEncoding is { } codings)
            response.Headers.AcceptEncoding = codings;
        if (isOpenAi && !OpenAiError.IsWorthRetrying(this, retryAfter))
            response.Headers["x-should-retry"] = "false";
        return isOpenAi
            ? response.WriteAsJsonAsync(new OpenAiErrorDocument(OpenAiError.Of(this)), OpenAiJson.Options, contentType: null, http.RequestAborted)
            : response.WriteAsJsonAsync(this, options: null, ContentType, http.RequestAborted);
    }

    private static string WholeSeconds(TimeSpan wait) =>
        Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Malformed => StatusCodes.Status400BadRequest,
        ErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.Invalid => StatusCodes.Status422UnprocessableEntity,
        ErrorKind.LimitExceeded => StatusCodes.Status429TooManyRequests,
        ErrorKind.BadGateway => StatusCodes.Status502BadGateway,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ErrorKind.Timeout => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
