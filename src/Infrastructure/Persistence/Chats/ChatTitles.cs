using CleanLlm.Application.Chats.Titles;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ChatTitles(AppDbContext database, DataKeys keys) : IChatTitles
{
    public async Task<ChatOpening?> FindUntitledAsync(ChatId chat, UserId owner, int maxLength, CancellationToken ct)
    {
        var found = await Untitled(chat, owner).FirstOrDefaultAsync(ct);
        if (found is null)
            return null;
        var cipher = await keys.OfAsync(owner, ct);
        return new ChatOpening(Beginning(found.QuestionId, found.Question), Beginning(found.AnswerId, found.Answer));

        string Beginning(MessageId id, string stored) =>
            cipher.Open(ContentColumns.MessageContent, id.Value, stored) is var text && text.Length > maxLength ? text[..maxLength] : text;
    }

    public async Task<bool> SetAsync(ChatId chat, UserId owner, string title, CancellationToken ct)
    {
        var cipher = await keys.OfAsync(owner, ct);
        var (stored, words) = (cipher.Seal(ContentColumns.ChatTitle, chat.Value, title), cipher.Index.Of(title));
        return await database.Chats.Where(untitled => untitled.Id == chat && untitled.Title == null)
            .ExecuteUpdateAsync(
                row => row.SetProperty(untitled => untitled.Title, stored).SetProperty(untitled => EF.Property<string>(untitled, ContentColumn.Words), words), ct) == 1;
    }

    private IQueryable<Opening> Untitled(ChatId chat, UserId owner) =>
        from untitled in database.Chats
        where untitled.Id == chat && untitled.OwnerId == owner && untitled.Title == null
        join question in database.Messages on untitled.Id equals question.ChatId
        where question.ParentId == null
        // By chat and parent, as the index is: a message's children are in its chat.
        join answer in database.Messages on new { question.ChatId, ParentId = (MessageId?)question.Id } equals new { answer.ChatId, answer.ParentId }
        orderby answer.CreatedAt
        select new Opening(question.Id, question.Content, answer.Id, answer.Content);

    private sealed record Opening(MessageId QuestionId, string Question, MessageId AnswerId, string Answer);
}
