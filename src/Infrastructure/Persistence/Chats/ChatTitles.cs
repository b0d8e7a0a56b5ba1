using CleanLlm.Application.Chats.Titles;
using CleanLlm.Domain.Ids;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ChatTitles(AppDbContext database) : IChatTitles
{
    public Task<ChatOpening?> FindUntitledAsync(ChatId chat, UserId owner, int maxLength, CancellationToken ct) => (
        from untitled in database.Chats
        where untitled.Id == chat && untitled.OwnerId == owner && untitled.Title == null
        join question in database.Messages on untitled.Id equals question.ChatId
        where question.ParentId == null
        // By chat and parent, as the index is: a message's children are in its chat.
        join answer in database.Messages on new { question.ChatId, ParentId = (MessageId?)question.Id } equals new { answer.ChatId, answer.ParentId }
        orderby answer.CreatedAt
        select new ChatOpening(question.Content.Substring(0, maxLength), answer.Content.Substring(0, maxLength))).FirstOrDefaultAsync(ct);

    public async Task<bool> SetAsync(ChatId chat, string title, CancellationToken ct) =>
        await database.Chats.Where(untitled => untitled.Id == chat && untitled.Title == null)
            .ExecuteUpdateAsync(row => row.SetProperty(untitled => untitled.Title, title), ct) == 1;
}
