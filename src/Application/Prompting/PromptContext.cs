using CleanLlm.Application.Callers;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Prompting;

/// <summary>For whom and for what a prompt is prepared.</summary>
/// <param name="UserId">Who asks, and pays.</param>
/// <param name="Plan">The user's plan.</param>
/// <param name="Key">The API key it is asked with; null for a signed-in person.</param>
/// <param name="ChatId">The chat it belongs to; null outside any.</param>
/// <param name="Model">The model it is prepared for.</param>
public sealed record PromptContext(UserId UserId, Plan Plan, ApiKeyAccess? Key, ChatId? ChatId, Model Model);
