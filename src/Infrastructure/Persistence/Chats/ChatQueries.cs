using AutoMapper;
using AutoMapper.QueryableExtensions;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence.Completions;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Chats;

internal sealed class ChatQueries(AppDbContext database, DataKeys keys, IMapper mapper) : IChatQueries
{
    public async Task<ChatDetailDto?> FindAsync(ChatId id, UserId owner, CancellationToken ct)
    {
        var found = await database.Chats
            .AsNoTracking()
            .Where(chat => chat.Id == id && chat.OwnerId == owner)
            .Select(chat => new
            {
                Chat = chat,
                LastQuestion = database.Messages.Where(leaf => leaf.Id == chat.ActiveLeafId).Select(leaf => leaf.ParentId).SingleOrDefault(),
                Running = database.Set<RunningCompletion>()
                    .Where(row => row.ChatId == chat.Id)
                    .Join(database.Completions, row => row.Id, completion => completion.Id, (_, completion) => completion)
                    .Select(running => new
                    {
                        running.Id,
                        running.Turn!.BranchPoint,
                        running.Turn.QuestionId,
                        running.Prompt,
                        // A question that is answered once more has its text in the chat.
                        Question = database.Messages.Where(asked => asked.Id == running.Turn.QuestionId).Select(asked => asked.Content).SingleOrDefault(),
                    })
                    .ToList(),
            })
            .SingleOrDefaultAsync(ct);
        if (found is null)
            return null;

        var cipher = await keys.OfAsync(owner, ct);
        List<RunningTurn> turns = found.Running.ConvertAll(running => new RunningTurn(
            running.Id,
            running.BranchPoint,
            running.QuestionId,
            cipher.Open(ContentColumns.CompletionPrompt, running.Id.Value, running.Prompt)
                ?? cipher.Open(ContentColumns.MessageContent, running.QuestionId.Value, running.Question)
                ?? ""));
        var running = RunningTurn.Shown(turns, found.Chat.ActiveLeafId, found.LastQuestion);
        return mapper.Map<ChatDetailDto>(cipher.Open(found.Chat)) with { Running = mapper.Map<RunningTurn?, RunningTurnDto?>(running) };
    }

    public async Task<Page<ChatDto>> ListAsync(UserId owner, string? search, Cursor? after, int limit, CancellationToken ct)
    {
        var cipher = await keys.OfAsync(owner, ct);
        var chats = database.Chats.Where(chat => chat.OwnerId == owner);
        if (search is not null)
        {
            var words = cipher.Index.OfQuery(search);
            // What holds no word is found nowhere.
            chats = words.Aggregate(words.Count == 0 ? chats.Where(_ => false) : chats, Holding);
        }

        if (after is var (moment, id))
        {
            var last = new ChatId(id);
            // The first condition is in the second one; it is what the index is entered with.
            chats = chats.Where(chat => chat.UpdatedAt <= moment && (chat.UpdatedAt < moment || chat.Id < last));
        }

        var rows = await chats
            .OrderByDescending(chat => chat.UpdatedAt)
            .ThenByDescending(chat => chat.Id)
            .Take(limit + 1)
            .ProjectTo<ChatDto>(mapper.ConfigurationProvider)
            .ToListAsync(ct);
        return Pages.Cut(
            rows.ConvertAll(chat => chat with { Title = cipher.Open(ContentColumns.ChatTitle, chat.Id.Value, chat.Title) }),
            limit,
            (kept, _) => new Cursor(kept.UpdatedAt, kept.Id.Value));
    }

    public async Task<Page<MessageDto>?> ListMessagesAsync(ChatId chat, UserId owner, MessageId? from, int limit, CancellationToken ct)
    {
        var cipher = await keys.OfAsync(owner, ct);
        var rows = await database.ReadBranchWithSiblingsAsync(chat.Value, owner.Value, from?.Value, limit + 1, cipher, ct);
        if (rows.Count == 0)
            return null;

        List<MessageDto> messages = [.. rows.Where(row => row.Id is not null).Select(row => ToDto(row, row.IdList))];
        return Pages.Cut(messages, limit, (_, next) => new Cursor(next.CreatedAt, next.Id.Value));
    }

    public async Task<IReadOnlyList<MessageDto>?> ListSiblingsAsync(ChatId chat, UserId owner, MessageId message, CancellationToken ct)
    {
        var rows = await database.ReadSiblingsAsync(chat.Value, owner.Value, message.Value, await keys.OfAsync(owner, ct), ct);
        if (rows.Count == 0)
            return null;

        List<BranchRow> siblings = [.. rows.Where(row => row.Id is not null)];
        IReadOnlyList<MessageId> ids = [.. siblings.Select(row => row.Id!.Value)];
        return [.. siblings.Select(row => ToDto(row, ids))];
    }

    private IQueryable<Chat> Holding(IQueryable<Chat> chats, string word) => chats.Where(chat =>
        EF.Property<string>(chat, ContentColumn.Words).Contains(word)
        || database.Messages.Any(message => message.ChatId == chat.Id && EF.Property<string>(message, ContentColumn.Words).Contains(word)));

    private static MessageDto ToDto(BranchRow row, IReadOnlyList<MessageId> siblings) => new(
        row.Id!.Value,
        row.ParentId,
        row.Role!.Value,
        row.Content!,
        row.Model,
        row.PromptTokens,
        row.CompletionTokens,
        row.CreatedAt!.Value,
        FeedbackDto.Of(row.Rating, row.FeedbackComment))
    {
        Reasoning = row.Reasoning,
        Template = TemplateUseDto.Of(row.Template, row.Content),
        SiblingIds = siblings,
        ErrorCode = row.Answered == false ? CompletionErrors.Interrupted.Code : null,
    };
}
