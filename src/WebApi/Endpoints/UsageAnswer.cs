using System.Reflection;
using CleanLlm.Application.Usage;
using CleanLlm.Domain.Results;
using CleanLlm.WebApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Answers with a report of usage: as JSON, or as CSV to a caller who prefers that.</summary>
internal sealed class UsageAnswer(UsageReportDto report, string by) : IResult, IEndpointMetadataProvider
{
    private static readonly string[] Figures = ["requests", "promptTokens", "cachedPromptTokens", "completionTokens", "reasoningTokens", "costMicros"];

    /// <summary>Reads what the lines are for, and answers with the report of that.</summary>
    public static Task<Results<UsageAnswer, ProblemResult>> ForAsync(string? by, Func<UsageGrouping, Task<Result<UsageReportDto>>> report) => by switch
    {
        null or "day" => OfAsync("day", report(UsageGrouping.Day)),
        "model" => OfAsync("model", report(UsageGrouping.Model)),
        "key" or "tag" => Refused(UnavailableFeatures.Error("by", "Usage by key or by tag is not available; take 'day' or 'model'.")),
        _ => Refused(Error.Invalid("by", "Either 'day' or 'model'.")),
    };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (!Csv.IsPreferredBy(httpContext.Request))
            return httpContext.Response.WriteAsJsonAsync(report, httpContext.RequestAborted);

        httpContext.Response.Headers.ContentDisposition = "attachment; filename=\"usage.csv\"";
        return Csv.WriteAsync(httpContext, report.Items.Select(Line).Prepend([by, .. Figures]));
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(UsageReportDto), ["application/json"]));
        builder.Metadata.Add(CsvMetadata.Instance);
    }

    private static async Task<Results<UsageAnswer, ProblemResult>> OfAsync(string by, Task<Result<UsageReportDto>> report) =>
        await report is { IsSuccess: true, Value: var value } ? new UsageAnswer(value, by) : (await report).Error!.ToProblem();

    private static Task<Results<UsageAnswer, ProblemResult>> Refused(Error error) => Task.FromResult<Results<UsageAnswer, ProblemResult>>(error.ToProblem());

    private static IReadOnlyList<object> Line(UsageLineDto line) =>
        [line.Key, line.Requests, line.PromptTokens, line.CachedPromptTokens, line.CompletionTokens, line.ReasoningTokens, line.CostMicros];
}
