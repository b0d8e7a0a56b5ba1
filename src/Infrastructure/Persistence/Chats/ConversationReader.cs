using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ConversationReader(IDbContextFactory<AppDbContext> databases, DataKeys keys) : IConversationReader
{
    // What is asked follows the end of the branch, or it is asked in the place of that; a summary ends with an answer, and covers neither.
    private const int AtEnd = 1;
    private const int AboveEnd = 2;

    public async Task<Result<Conversation>> ReadAsync(ChatId chat, UserId owner, MessageId? parent, int maxMessages, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var newestFirst = await database.ReadBranchAsync(chat.Value, owner.Value, parent?.Value, maxMessages, AtEnd, await keys.OfAsync(owner, ct), ct);
        if (newestFirst is not [var leaf, ..])
            return ChatErrors.NotFound;
        if (parent is not null && leaf.Id is null)
            return ChatErrors.MessageNotFound;
        if (leaf.End is not { } end)
            return new Conversation(leaf.ChatModel, leaf.SystemPrompt, ParentId: null, Messages: []);

        var place = end.Following();
        return place.IsSuccess
            ? new Conversation(leaf.ChatModel, leaf.SystemPrompt, place.Value, newestFirst.OldestFirst()) { Summary = leaf.Summary }
            : place.Error;
    }

    public async Task<Result<Conversation>> ReadAboveAsync(ChatId chat, UserId owner, MessageId message, int maxMessages, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var newestFirst = await database.ReadBranchWithAnswersAsync(chat.Value, owner.Value, message.Value, maxMessages + 2, AboveEnd, await keys.OfAsync(owner, ct), ct);
        if (newestFirst.Count == 0)
            return ChatErrors.NotFound;
        if (newestFirst.FindIndex(row => row.Role == MessageRole.User) is not (>= 0 and var asked))
            return ChatErrors.MessageNotFound;

        var question = newestFirst[asked];
        return new Conversation(question.ChatModel, question.SystemPrompt, question.ParentId, newestFirst.Skip(asked + 1).Take(maxMessages).OldestFirst())
        {
            Summary = newestFirst[0].Summary,
            Question = new StoredQuestion(question.Id!.Value, question.Content!) { Template = question.Use, AnswerIds = question.IdList },
        };
    }

    public async Task<Result<Conversation>> ReadBesideAsync(ChatId chat, UserId owner, MessageId message, int maxMessages, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var newestFirst = await database.ReadBranchAsync(chat.Value, owner.Value, message.Value, maxMessages + 1, AboveEnd, await keys.OfAsync(owner, ct), ct);
        if (newestFirst is not [var edited, ..])
            return ChatErrors.NotFound;
        if (edited.End is not { } end)
            return ChatErrors.MessageNotFound;

        var place = end.Beside();
        return place.IsSuccess
            ? new Conversation(edited.ChatModel, edited.SystemPrompt, place.Value, newestFirst.Skip(1).OldestFirst()) { Summary = edited.Summary }
            : place.Error;
    }
}
