using CleanLlm.WebApi.Http;

namespace CleanLlm.WebApi.OpenApi;

/// <summary>What endpoints say about themselves in the OpenAPI document, beyond the types they return.</summary>
internal static class EndpointDocumentation
{
    /// <summary>Documents a problem for each status; the unexpected ones belong to every operation and need no mention.</summary>
    public static TBuilder WithProblems<TBuilder>(this TBuilder endpoint, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata([.. statuses.Select(status => new ProducesResponseTypeMetadata(status, typeof(Problem), [Problem.ContentType]))]);

    /// <summary>Documents that the same call answers as an event stream for <c>Accept: text/event-stream</c>.</summary>
    public static TBuilder WithEventStream<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(EventStreamMetadata.Instance);
}
