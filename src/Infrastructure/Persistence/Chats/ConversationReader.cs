using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ConversationReader(IDbContextFactory<AppDbContext> databases, DataKeys keys) : IConversationReader
{
    public async Task<Result<Conversation>> ReadAsync(ChatId chat, UserId owner, MessageId? parent, int maxMessages, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var newestFirst = await database.ReadBranchAsync(chat.Value, owner.Value, parent?.Value, maxMessages, await keys.OfAsync(owner, ct), ct);
        if (newestFirst is not [var leaf, ..])
            return ChatErrors.NotFound;
        if (parent is not null && leaf.Id is null)
            return ChatErrors.MessageNotFound;
        if (leaf.End is not { } end)
            return new Conversation(leaf.ChatModel, leaf.SystemPrompt, ParentId: null, Messages: []);

        var place = end.Following();
        return place.IsSuccess ? new Conversation(leaf.ChatModel, leaf.SystemPrompt, place.Value, OldestFirst(newestFirst)) : place.Error;
    }

    public async Task<Result<Conversation>> ReadAboveAsync(ChatId chat, UserId owner, MessageId message, int maxMessages, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var newestFirst = await database.ReadBranchWithAnswersAsync(chat.Value, owner.Value, message.Value, maxMessages + 2, await keys.OfAsync(owner, ct), ct);
        if (newestFirst.Count == 0)
            return ChatErrors.NotFound;
        if (newestFirst.FindIndex(row => row.Role == MessageRole.User) is not (>= 0 and var asked))
            return ChatErrors.MessageNotFound;

        var question = newestFirst[asked];
        return new Conversation(question.ChatModel, question.SystemPrompt, question.ParentId, OldestFirst(newestFirst.Skip(asked + 1).Take(maxMessages)))
        {
            Question = new StoredQuestion(question.Id!.Value, question.Content!) { Template = question.Use, AnswerIds = question.IdList },
        };
    }

    public async Task<Result<Conversation>> ReadBesideAsync(ChatId chat, UserId owner, MessageId message, int maxMessages, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var newestFirst = await database.ReadBranchAsync(chat.Value, owner.Value, message.Value, maxMessages + 1, await keys.OfAsync(owner, ct), ct);
        if (newestFirst is not [var edited, ..])
            return ChatErrors.NotFound;
        if (edited.End is not { } end)
            return ChatErrors.MessageNotFound;

        var place = end.Beside();
        return place.IsSuccess ? new Conversation(edited.ChatModel, edited.SystemPrompt, place.Value, OldestFirst(newestFirst.Skip(1))) : place.Error;
    }

    // A question that was interrupted before its answer began is shown to its user, but is no part of what a model reads.
    private static List<Utterance> OldestFirst(IEnumerable<BranchRow> newestFirst)
    {
        var next = MessageRole.User;
        List<Utterance> history = [];
        foreach (var row in newestFirst)
        {
            if (row.Role == MessageRole.Assistant || next == MessageRole.Assistant)
                history.Add((row.Use is { } use ? Utterance.Asked(use) : new Utterance(row.Role!.Value, row.Content!)) with { Prompt = row.Prompt });
            next = row.Role!.Value;
        }

        history.Reverse();
        return history;
    }
}
