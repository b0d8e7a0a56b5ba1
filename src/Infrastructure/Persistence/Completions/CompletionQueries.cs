using CleanLlm.Application.Completions;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Completions;

internal sealed class CompletionQueries(IDbContextFactory<AppDbContext> databases) : ICompletionQueries
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
                // In a chat the messages hold the text; until they do, the last checkpoint.
                InChat = database.Messages
                    .Where(message => completion.Turn != null && message.Id == completion.Turn.AnswerId)
                    .Select(message => message.Content)
                    .SingleOrDefault(),
            })
            .SingleOrDefaultAsync(ct);
        return found is null ? null : CompletionDto.From(found.Completion, found.InChat ?? found.Completion.Answer);
    }
}
