using Refit;

namespace CleanLlm.Infrastructure.Ai.Predict;

/// <summary>
/// The call of a prediction service (docs/ai-contract). It returns as soon as the headers are read, whatever the status, because bodies
/// are read with bounds and, when streamed, as they come.
/// </summary>
internal interface IPredictApi
{
    /// <summary>Answers a prompt, in one document or as server-sent events.</summary>
    [Post("/predict")]
    Task<HttpResponseMessage> PredictAsync(
        [Body(buffered: true)] PredictQuestion question,
        [Header("Accept")] string accept,
        CancellationToken ct);
}
