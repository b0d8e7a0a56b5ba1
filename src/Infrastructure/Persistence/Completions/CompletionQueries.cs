using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Completions;

internal sealed class CompletionQueries(IDbContextFactory<AppDbContext> databases, DataKeys keys) : ICompletionQueries
{
    public async Task<CompletionStatus?> StatusOfAsync(CompletionId id, UserId user, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await database.Completions
            .Where(completion => completion.Id == id && completion.UserId == user)
            .Select(completion => (CompletionStatus?)completion.Status)
            .SingleOrDefaultAsync(ct);
    }

    public async Task<bool> IsAskedInChatAsync(CompletionId id, ApiKeyId key, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        return await database.Completions.AnyAsync(completion => completion.Id == id && completion.ApiKeyId == key && completion.Turn != null, ct);
    }

    public async Task<CompletionDto?> FindAsync(CompletionId id, UserId user, CancellationToken ct)
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        var found = await database.Completions
            .AsNoTracking()
            .Where(completion => completion.Id == id && completion.UserId == user)
            .Select(completion => new
            {
                Completion = completion,
                // In a chat the messages hold the text; until they do, the last checkpoint. Each is asked for by itself: of two columns at once
                // EF Core makes a window over all messages.
                Content = database.Messages.Where(message => message.Id == completion.Turn!.AnswerId).Select(message => message.Content).SingleOrDefault(),
                Reasoning = database.Messages.Where(message => message.Id == completion.Turn!.AnswerId).Select(message => message.Reasoning).SingleOrDefault(),
                Answers = database.Messages
                    .Where(message => message.ParentId != null && message.ChatId == completion.Turn!.ChatId && message.ParentId == completion.Turn.QuestionId)
                    .OrderBy(message => message.CreatedAt)
                    .ThenBy(message => message.Id)
                    .Select(message => message.Id)
                    .ToList(),
            })
            .SingleOrDefaultAsync(ct);
        if (found is null)
            return null;
        var cipher = await keys.OfAsync(user, ct);
        var completion = cipher.Open(found.Completion);
        var answer = completion.Turn?.AnswerId.Value ?? default;
        return CompletionDto.From(
            completion,
            cipher.Open(ContentColumns.MessageContent, answer, found.Content) ?? completion.Answer,
            cipher.Open(ContentColumns.MessageReasoning, answer, found.Reasoning) ?? completion.Reasoning,
            answers: found.Answers);
    }
}
