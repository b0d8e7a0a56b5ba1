using CleanLlm.Application.Callers;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;

namespace CleanLlm.Application.Prompting;

/// <summary>The user, plan, key, chat and model that a prompt is prepared for.</summary>
/// <param name="UserId">The user who pays.</param>
/// <param name="Plan">The user's plan.</param>
/// <param name="Key">The API key it is asked with; null for a signed-in person.</param>
/// <param name="ChatId">The chat it belongs to; null outside any.</param>
/// <param name="Model">The model it is prepared for.</param>
public sealed record PromptContext(UserId UserId, Plan Plan, ApiKeyAccess? Key, ChatId? ChatId, Model Model)
{
    /// <summary>The placeholders that the chat knows from earlier prompts, so that the same values get the same ones again.</summary>
    public Restorations Known { get; init; } = Restorations.None;
}
