using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ChatQueries(AppDbContext database, IMapper mapper) : IChatQueries
{
    public Task<ChatDto?> FindAsync(ChatId id, UserId owner, CancellationToken ct) =>
        database.Chats
            .Where(chat => chat.Id == id && chat.OwnerId == owner)
            .ProjectTo<ChatDto>(mapper.ConfigurationProvider)
            .SingleOrDefaultAsync(ct);

    public async Task<Page<ChatDto>> ListAsync(UserId owner, Cursor? after, int limit, CancellationToken ct)
    {
        var chats = database.Chats.Where(chat => chat.OwnerId == owner);
        if (after is var (moment, id))
        {
            var last = new ChatId(id);
            chats = chats.Where(chat => chat.UpdatedAt < moment || (chat.UpdatedAt == moment && chat.Id < last));
        }

        var rows = await chats
            .OrderByDescending(chat => chat.UpdatedAt)
            .ThenByDescending(chat => chat.Id)
            .Take(limit + 1)
            .ProjectTo<ChatDto>(mapper.ConfigurationProvider)
            .ToListAsync(ct);
        return Pages.Cut(rows, limit, (kept, _) => new Cursor(kept.UpdatedAt, kept.Id.Value));
    }

    public async Task<Page<MessageDto>?> ListMessagesAsync(ChatId chat, UserId owner, MessageId? from, int limit, CancellationToken ct)
    {
        var rows = await database.ReadBranchAsync(chat.Value, owner.Value, from?.Value, limit + 1, ct);
        if (rows.Count == 0)
            return null;

        List<MessageDto> messages = [.. rows.Where(row => row.Id is not null).Select(ToDto)];
        return Pages.Cut(messages, limit, (_, next) => new Cursor(next.CreatedAt, next.Id.Value));
    }

    private static MessageDto ToDto(BranchRow row) => new(
        row.Id!.Value,
        row.ParentId,
        row.Role!.Value,
        row.Content!,
        row.Model,
        row.PromptTokens,
        row.CompletionTokens,
        row.CreatedAt!.Value,
        FeedbackDto.Of(row.Rating, row.FeedbackComment));
}
