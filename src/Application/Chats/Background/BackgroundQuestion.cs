using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Chats.Background;

/// <summary>
/// A question that the program asks a model on behalf of a user who does not wait: metered and charged to the user as any other, stored nowhere, and
/// without a place among what the user may run at once.
/// </summary>
/// <param name="User">The user who pays.</param>
/// <param name="Plan">The user's plan.</param>
/// <param name="Model">The model.</param>
/// <param name="Field">What it is for, in the place of a request's field.</param>
/// <param name="Messages">What is asked.</param>
internal sealed record BackgroundQuestion(UserId User, Plan Plan, Model Model, string Field, IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>The longest answer, in tokens, thinking included; less where model or plan allow less.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Asks it and waits for the answer.</summary>
    public async Task<Result<BackgroundAnswer>> AskAsync(CompletionRunner runner, CancellationToken ct)
    {
        var started = await runner.StartAsync(
            new CompletionRequest
            {
                UserId = User,
                Messages = Messages,
                PromptField = Field,
                Model = Model.Id,
                MaxTokens = Math.Min(MaxTokens, Math.Min(Model.MaxOutputTokens, Plan.MaxOutputTokens ?? int.MaxValue)),
                Store = false,
                IsBackground = true,
            },
            ct);
        if (!started.IsSuccess)
            return started.Error;
        var ended = await started.Value.Run!.Outcome.WaitAsync(ct);
        return ended.IsSuccess ? BackgroundAnswer.Of(ended.Value) : ended.Error;
    }
}

/// <summary>What a model answered.</summary>
/// <param name="Text">The text without what the model thought.</param>
/// <param name="IsCutOff">Whether it was cut off at the longest answer.</param>
internal sealed record BackgroundAnswer(string Text, bool IsCutOff)
{
    internal static BackgroundAnswer Of(CompletionDto ended) =>
        new(ThinkingText.Remove(ended.Message?.Content ?? ""), ended.FinishReason == FinishReason.Length);
}
