using CleanLlm.Domain.Quotas;

namespace CleanLlm.WebApi.Http;

/// <summary>Says on an endpoint which rate its requests have; without it the method says whether they read or write.</summary>
/// <param name="Class">The class.</param>
internal sealed record ClassOfRequests(RequestClass Class);

/// <summary>Gives endpoints their class.</summary>
internal static class ClassOfRequestsConventions
{
    private static readonly ClassOfRequests Completion = new(RequestClass.Completion);
    private static readonly ClassOfRequests Costly = new(RequestClass.Costly);

    /// <summary>The requests ask a model.</summary>
    public static TBuilder AsCompletion<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(Completion);

    /// <summary>The requests cost much: they have a stricter limit, by user or, without a credential, by address.</summary>
    public static TBuilder AsCostly<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(Costly);
}
