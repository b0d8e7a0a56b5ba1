using CleanLlm.Application.Ai;
using CleanLlm.Application.Chats.Background;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Screening;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using MediatR;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Chats.Summaries;

/// <summary>
/// Summarises a branch of a chat up to a message, with the configured model and charged to the owner. The provider reads what any other prompt
/// would show it, without personal data and secrets. Nothing happens when the quota is spent, the model fails, or there is such a summary already.
/// </summary>
/// <param name="ChatId">The chat.</param>
/// <param name="UserId">Its owner.</param>
/// <param name="UpTo">The newest message that it covers.</param>
public sealed record SummarizeChat(ChatId ChatId, UserId UserId, MessageId UpTo) : IRequest<Result<Unit>>;

internal sealed class SummarizeChatHandler(
    IChatSummaries summaries,
    IPlanLookup plans,
    IModelCatalog catalog,
    CompletionRunner runner,
    PromptPipeline pipeline,
    ITokenCounter tokens,
    DatabaseRetries retries,
    IOptions<SummaryOptions> options,
    TimeProvider clock)
    : IRequestHandler<SummarizeChat, Result<Unit>>
{
    private const string What = "A summary";

    // As many as a completion reads, so that the summary before is among them.
    private const int MaxMessages = 200;

    // What stands around the conversation in the prompt, and what is put before every prompt, generously.
    private const int Around = 1_000;
    private const int LeastRoom = 256;

    public async Task<Result<Unit>> Handle(SummarizeChat request, CancellationToken cancellationToken)
    {
        if (options.Value.Model is not { } name || (await catalog.CandidatesAsync(name, cancellationToken)).Named is not [var model, ..])
            return CompletionErrors.UnknownModel(options.Value.Model ?? "");
        if (await plans.PlanOfAsync(request.UserId, cancellationToken) is not { } plan)
            return AuthErrors.AccountUnavailable;
        var found = await retries.RunInBackgroundAsync(
            What, ct => summaries.FindAsync(request.ChatId, request.UserId, request.UpTo, MaxMessages, ct), cancellationToken);
        if (found is not { Messages.Count: > 0 } branch)
            return Unit.Value;

        var room = Math.Max(LeastRoom, model.Counted(model.ContextWindow - options.Value.MaxTokens) - Around);
        var prompt = SummaryPrompt.Of(branch, options.Value.MaxTokens, tokens, room);
        var answer = await new BackgroundQuestion(request.UserId, plan, model, "summary", CompletionRequest.Question(prompt)) { MaxTokens = options.Value.MaxTokens }.AskAsync(runner, cancellationToken);
        if (!answer.IsSuccess)
            return answer.Error;

        // One that was cut off is still worth more than nothing.
        var text = TextSanitizer.Normalize(answer.Value.Text, out _).Trim();
        var summary = ChatSummary.Of(request.ChatId, request.UpTo, (branch.Earlier?.Messages ?? 0) + branch.Messages.Count, text, clock.GetUtcNow());
        if (text.Length > 0 && await IsUsableAsync(summary, request.UserId, plan, model, cancellationToken))
            await retries.RunInBackgroundAsync(What, ct => summaries.AddAsync(summary, request.UserId, ct), cancellationToken);
        return Unit.Value;
    }

    // It passes the steps with every later prompt: what they would refuse or tell of each time is not kept.
    private async Task<bool> IsUsableAsync(ChatSummary summary, UserId user, Plan plan, Model model, CancellationToken ct)
    {
        var content = new PromptContent { Summary = new HistorySummary(summary.Id, summary.Messages, summary.Content) };
        var draft = PromptDraft.Of(content, model, "summary", maxCompletionTokens: 1, lengthIsExact: false);
        var read = await pipeline.ReadAsync(draft, new PromptContext(user, plan, Key: null, summary.ChatId, model), ct);
        return read.IsSuccess && read.Value.Findings.All(finding => finding.Step != InjectionStep.Setting.Step);
    }
}
