using CleanLlm.Domain.Results;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Http;

/// <summary>Turns the outcome of a use case into an HTTP answer.</summary>
internal static class ResultExtensions
{
    /// <summary>200 with the value, or the problem.</summary>
    public static Results<Ok<T>, ProblemResult> ToOk<T>(this Result<T> result) =>
        result.IsSuccess ? TypedResults.Ok(result.Value) : result.Error.ToProblem();

    /// <summary>201 with the value and its address, or the problem.</summary>
    public static Results<Created<T>, ProblemResult> ToCreated<T>(this Result<T> result, Func<T, string> location) =>
        result.IsSuccess ? TypedResults.Created(location(result.Value), result.Value) : result.Error.ToProblem();

    /// <summary>202 with the value and where to look again, or the problem.</summary>
    public static Results<Accepted<T>, ProblemResult> ToAccepted<T>(this Result<T> result, string location) =>
        result.IsSuccess ? TypedResults.Accepted(location, result.Value) : result.Error.ToProblem();

    /// <summary>204, or the problem.</summary>
    public static Results<NoContent, ProblemResult> ToNoContent<T>(this Result<T> result) =>
        result.IsSuccess ? TypedResults.NoContent() : result.Error.ToProblem();

    /// <summary>The error as an HTTP answer.</summary>
    public static ProblemResult ToProblem(this Error error) => new(error);
}

/// <summary>Answers with the problem document of an error.</summary>
internal sealed class ProblemResult(Error error) : IResult
{
    /// <summary>What went wrong.</summary>
    public Error Error { get; } = error;

    public Task ExecuteAsync(HttpContext httpContext) => Problem.Of(Error, httpContext).WriteAsync(httpContext, Error.RetryAfter);
}
