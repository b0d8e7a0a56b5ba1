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

        return new Conversation(leaf.ChatModel, leaf.SystemPrompt, leaf.Id, leaf.Id is null ? [] : OldestFirst(newestFirst));
    }

    public async Task<Result<Conversation>> ReadAboveAsync(ChatId chat, UserId owner, MessageId message, int maxMessages, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var newestFirst = await database.ReadBranchAsync(chat.Value, owner.Value, message.Value, maxMessages + 2, ct);
        if (newestFirst.Count == 0)
            return ChatErrors.NotFound;
        if (newestFirst.FindIndex(row => row.Role == MessageRole.User) is not (>= 0 and var asked))
            return ChatErrors.MessageNotFound;

        var question = newestFirst[asked];
        return new Conversation(question.ChatModel, question.SystemPrompt, question.ParentId, OldestFirst(newestFirst.Skip(asked + 1).Take(maxMessages)))
        {
            Question = new StoredQuestion(question.Id!.Value, question.Content!),
        };
    }

    private static List<Utterance> OldestFirst(IEnumerable<BranchRow> newestFirst) =>
        [.. newestFirst.Reverse().Select(row => new Utterance(row.Role!.Value, row.Content!))];
}
