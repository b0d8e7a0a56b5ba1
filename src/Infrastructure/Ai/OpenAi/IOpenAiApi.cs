using Refit;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// The calls of an OpenAI-compatible server that we make. They return as soon as the headers are read, whatever the status,
/// because bodies are read with bounds and, when streamed, as they come.
/// </summary>
internal interface IOpenAiApi
{
    /// <summary>Asks a model; an answer in one document or as server-sent events.</summary>
    [Post("/chat/completions")]
    Task<HttpResponseMessage> CompleteAsync([Body] HttpContent request, CancellationToken ct);

    /// <summary>Turns texts into vectors; an answer in one document.</summary>
    [Post("/embeddings")]
    Task<HttpResponseMessage> EmbedAsync([Body] HttpContent request, CancellationToken ct);

    /// <summary>Lists the models.</summary>
    [Get("/models")]
    Task<HttpResponseMessage> ModelsAsync(CancellationToken ct);
}
