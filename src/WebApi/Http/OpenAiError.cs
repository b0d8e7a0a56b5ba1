using System.Collections.Frozen;
using System.Text.Json.Serialization;

namespace CleanLlm.WebApi.Http;

/// <summary>A failure in the shape that OpenAI's clients know. They choose their exception by the status, and people branch on <c>code</c>.</summary>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Type">The class of failure.</param>
/// <param name="Param">The field to blame, e.g. <c>messages[0].role</c>.</param>
/// <param name="Code">OpenAI's own code where it has one, else ours, which is dotted.</param>
internal sealed record OpenAiError(string Message, string Type, string? Param, string Code)
{
    private const string InvalidRequest = "invalid_request_error";
    private const string UnknownModel = "model.unknown";

    // Known here, but not at the provider: to a client it is the same.
    private const string ModelNotServed = "provider.model_not_found";

    // What would end in the same way, or was charged and would be charged again.
    private static readonly FrozenSet<string> NotToBeRepeated = FrozenSet.Create(
        StringComparer.Ordinal,
        "completion.cancelled", "completion.too_long", "completion.timeout", "provider.bad_answer", "provider.too_long", "provider.cut_off");

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>The amount allowed, when a limit was hit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Limit { get; init; }

    /// <summary>What the limit counts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }

    /// <summary>Over what time the limit counts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Window { get; init; }

    /// <summary>Whom the limit holds for, when a rate limit was hit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }

    /// <summary>When the window of the limit starts anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>Whether failures at the address have this shape.</summary>
    public static bool IsShapeOf(PathString path) => path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase);

    /// <summary>The same failure as OpenAI would tell it.</summary>
    public static OpenAiError Of(Problem problem)
    {
        var (field, messages) = problem.Errors?.FirstOrDefault() ?? default;
        var param = field is null || problem.Code == UnknownModel ? null : SnakeCase(field);
        return new OpenAiError(OpenAiWording.Of(messages is [var first, ..] ? first : problem.Detail, param), TypeOf(problem), param, CodeOf(problem.Code))
        {
            Limit = problem.Limit,
            Metric = problem.Metric,
            Window = problem.Window,
            Subject = problem.Subject,
            ResetsAt = problem.ResetsAt,
        };
    }

    /// <summary>The status that belongs to it: OpenAI's clients know no 422 for values, and a model that is not there is a 404.</summary>
    public static int StatusOf(Problem problem) => problem.Code switch
    {
        UnknownModel or ModelNotServed => StatusCodes.Status404NotFound,
        "idempotency.key_reused" => problem.Status,
        _ => problem.Status == StatusCodes.Status422UnprocessableEntity ? StatusCodes.Status400BadRequest : problem.Status,
    };

    /// <summary>
    /// False when clients must be told not to retry by themselves: they sleep for as long as <c>Retry-After</c> says, even a month,
    /// take every 409 for a lock that will be free soon, and every 502 for a temporary fault.
    /// </summary>
    public static bool IsWorthRetrying(Problem problem, TimeSpan? retryAfter) =>
        !NotToBeRepeated.Contains(problem.Code) && !(retryAfter > LongestWait);

    private static string TypeOf(Problem problem) => problem.Code switch
    {
        "quota.exceeded" => "insufficient_quota",
        "quota.reserved" => "tokens",
        "rate_limit.exceeded" => "requests",
        _ => StatusOf(problem) >= StatusCodes.Status500InternalServerError ? "server_error" : InvalidRequest,
    };

    private static string CodeOf(string code) => code switch
    {
        "auth.required" => "invalid_api_key",
        "auth.forbidden" => "missing_scope",
        "route.not_found" => "unknown_url",
        "method.not_allowed" => "method_not_supported",
        "validation.failed" => "invalid_value",
        UnknownModel or ModelNotServed => "model_not_found",
        "provider.content_filtered" => "content_filter",
        "provider.invalid_image" => "invalid_image",
        "provider.unsupported_parameter" => "unsupported_parameter",
        "provider.value_too_long" => "string_above_max_length",
        "prompt.too_long" => "context_length_exceeded",
        "quota.exceeded" => "insufficient_quota",
        // It passes within seconds, as a rate does, and clients may retry by themselves.
        "quota.reserved" or "rate_limit.exceeded" => "rate_limit_exceeded",
        _ => code,
    };

    // Use cases name their fields in camelCase; a path into the body, such as messages[0].role, stays as it is.
    private static string SnakeCase(string field) =>
        string.Concat(field.Select(letter => char.IsAsciiLetterUpper(letter) ? "_" + char.ToLowerInvariant(letter) : letter.ToString()));
}

/// <summary>The document of a failure.</summary>
/// <param name="Error">What went wrong.</param>
internal sealed record OpenAiErrorDocument(OpenAiError Error);
