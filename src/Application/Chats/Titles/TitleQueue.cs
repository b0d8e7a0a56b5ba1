using CleanLlm.Application.Chats.Background;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.Chats.Titles;

/// <summary>Chats that got their first answer and wait for a title.</summary>
public sealed class TitleQueue(IOptions<TitleOptions> options) : BackgroundQueue<TitleChat>(options.Value.QueueCapacity), ICompletionObserver
{
    /// <summary>Takes in the chat of a completion that was its first, and no other chat.</summary>
    public void Closed(CompletionClosing closing)
    {
        if (options.Value.Enabled
            && closing is { Completion.Status: CompletionStatus.Succeeded, Exchange.Question: { ParentId: null } question })
            Add(new TitleChat(question.ChatId, closing.Completion.UserId));
    }
}
