using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.Completions.Embeddings;

/// <summary>The vectors of some texts.</summary>
/// <param name="Id">Identifies the call and its ledger entry.</param>
/// <param name="Model">The model that made them.</param>
/// <param name="Vectors">One for each text, in their order.</param>
/// <param name="PromptTokens">Tokens of all texts.</param>
/// <param name="Limits">The user's limits as they stand after settling.</param>
public sealed record EmbeddingsDto(
    CompletionId Id, string Model, IReadOnlyList<ReadOnlyMemory<float>> Vectors, int PromptTokens, IReadOnlyList<QuotaLimitDto> Limits);
