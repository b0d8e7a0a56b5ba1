using System.Security.Cryptography;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Identity;

/// <summary>What is left of a user beside their account: content, completions, counters, the ledger.</summary>
internal sealed class AccountRemains(AppDbContext database, ICompletionStore store, TimeProvider clock)
{
    private const int AnonymousIdBytes = 16;
    private const int Batch = 100;

    /// <summary>Closes what runs, with what its last checkpoint saw; the instance that runs it will find it closed, or gone.</summary>
    public async Task CloseRunningAsync(UserId user, CancellationToken ct)
    {
        foreach (var completion in await Running(user).AsNoTracking().ToListAsync(ct))
            await store.CloseAsync(completion.Interrupt(clock.GetUtcNow()), ct);
    }

    /// <summary>Whether something runs.</summary>
    public Task<bool> IsRunningAsync(UserId user, CancellationToken ct) => Running(user).AnyAsync(ct);

    /// <summary>Removes chats with their messages, and completions, some at a time; nobody else waits for it.</summary>
    public async Task RemoveContentAsync(UserId user, CancellationToken ct)
    {
        await RemoveAllAsync(database.Chats.Where(chat => chat.OwnerId == user).OrderBy(chat => chat.Id), ct);
        await RemoveAllAsync(
            database.Completions.Where(completion => completion.UserId == user && completion.LeaseExpiresAt == null).OrderBy(completion => completion.Id), ct);
    }

    /// <summary>Removes completions and counters, and gives the ledger's lines to nobody; their figures stay.</summary>
    public async Task RemoveAsync(UserId user, CancellationToken ct)
    {
        var subjects = await SubjectsAsync(user, ct);
        await database.QuotaCounters.Where(counter => subjects.Contains(counter.SubjectId)).ExecuteDeleteAsync(ct);
        await database.Completions.Where(completion => completion.UserId == user).ExecuteDeleteAsync(ct);
        // Random, not of the time: the moment of the erasure, which the audit log knows, must not lead to it.
        var nobody = new UserId(new Guid(RandomNumberGenerator.GetBytes(AnonymousIdBytes)));
        await database.UsageLedger.Where(entry => entry.UserId == user).ExecuteUpdateAsync(
            row => row.SetProperty(entry => entry.UserId, nobody).SetProperty(entry => entry.ApiKeyId, (ApiKeyId?)null), ct);
    }

    private static async Task RemoveAllAsync<T>(IQueryable<T> rows, CancellationToken ct)
    {
        int removed;
        do
            removed = await rows.Take(Batch).ExecuteDeleteAsync(ct);
        while (removed == Batch);
    }

    // Keys that were deleted before have counters too; the ledger still knows them.
    private async Task<List<QuotaSubjectId>> SubjectsAsync(UserId user, CancellationToken ct)
    {
        var keys = await database.ApiKeys.Where(key => key.UserId == user).Select(key => (ApiKeyId?)key.Id)
            .Union(database.UsageLedger.Where(entry => entry.UserId == user && entry.ApiKeyId != null).Select(entry => entry.ApiKeyId))
            .ToListAsync(ct);
        return [QuotaSubjectId.Of(user, key: null), .. keys.Select(key => QuotaSubjectId.Of(user, key))];
    }

    private IQueryable<Completion> Running(UserId user) =>
        database.Completions.Where(completion => completion.LeaseExpiresAt != null && completion.UserId == user);
}
