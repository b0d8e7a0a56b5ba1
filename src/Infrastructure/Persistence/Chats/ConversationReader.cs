using CleanLlm.Application.Chats;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ConversationReader(IDbContextFactory<AppDbContext> databases) : IConversationReader
{
    public async Task<Result<Conversation>> ReadAsync(ChatId chat, UserId owner, MessageId? parent, int maxMessages, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var newestFirst = await database.ReadBranchAsync(chat.Value, owner.Value, parent?.Value, maxMessages, ct);
        if (newestFirst is not [var leaf, ..])
            return ChatErrors.NotFound;
        if (parent is not null && leaf.Id is null)
            return ChatErrors.MessageNotFound;
        if (leaf.Role == MessageRole.User)
            return ChatErrors.ParentIsQuestion;

        var messages = new List<Utterance>(newestFirst.Count);
        for (var i = newestFirst.Count - 1; i >= 0 && leaf.Id is not null; i--)
            messages.Add(new Utterance(newestFirst[i].Role!.Value, newestFirst[i].Content!));
        return new Conversation(leaf.ChatModel, leaf.SystemPrompt, leaf.Id, messages);
    }
}
