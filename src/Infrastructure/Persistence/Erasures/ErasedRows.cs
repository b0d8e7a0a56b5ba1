using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Sessions;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Erasures;

/// <summary>
/// What is left of an ended account, found by index and removed at most <paramref name="limit"/> rows at a time, in the caller's
/// transaction. Each method gives the number of rows it dealt with; 0 when there are none.
/// </summary>
internal sealed class ErasedRows(AppDbContext database, Erasure erasure, int limit)
{
    // A chat or a session goes when it is empty; so many are looked at together.
    private const int Parents = 50;

    private readonly UserId user = erasure.UserId;

    /// <summary>Removes the next rows, of whatever table still has some.</summary>
    public async Task<int> RemoveNextAsync(CancellationToken ct)
    {
        // Content first. Counters before the ledger, so that at no time a counter differs from what the ledger says.
        foreach (var remove in (Func<CancellationToken, Task<int>>[])
            [
                RemoveChatsAsync, RemoveCompletionsAsync, RemoveTemplatesAsync, RedactAuditAsync, RemoveSessionsAsync, RemoveIdempotencyKeysAsync,
                RemoveCountersAsync, RemoveUsageDaysAsync, RenameLedgerAsync, RemoveUserAsync,
            ])
        {
            if (await remove(ct) is > 0 and var removed)
                return removed;
        }

        return 0;
    }

    /// <summary>Removes all counters of the subjects.</summary>
    public static async Task RemoveCountersAsync(AppDbContext database, IEnumerable<QuotaSubjectId> subjects, CancellationToken ct)
    {
        List<QuotaSubjectId> all = [.. subjects.Distinct()];
        if (all.Count > 0)
            await database.QuotaCounters.Where(counter => all.Contains(counter.SubjectId)).ExecuteDeleteAsync(ct);
    }

    private async Task<int> RemoveChatsAsync(CancellationToken ct)
    {
        // In the order of the index by owner.
        var chats = await database.Chats
            .Where(chat => chat.OwnerId == user)
            .OrderByDescending(chat => chat.UpdatedAt).ThenByDescending(chat => chat.Id)
            .Select(chat => chat.Id)
            .Take(Parents)
            .ToListAsync(ct);
        if (chats.Count == 0)
            return 0;

        var messages = await database.Messages
            .Where(message => chats.Contains(message.ChatId))
            .OrderBy(message => message.ChatId)
            .Select(message => message.Id)
            .Take(limit)
            .ToListAsync(ct);
        await database.Messages.Where(message => messages.Contains(message.Id)).ExecuteDeleteAsync(ct);
        return messages.Count == limit
            ? messages.Count
            : messages.Count + await database.Chats.Where(chat => chats.Contains(chat.Id)).ExecuteDeleteAsync(ct);
    }

    // What still runs is closed first, see ErasureBatches.
    private async Task<int> RemoveCompletionsAsync(CancellationToken ct)
    {
        var ended = await database.Completions
            .Where(completion => completion.UserId == user && completion.LeaseExpiresAt == null)
            .OrderBy(completion => completion.Id)
            .Select(completion => new { completion.Id, completion.ApiKeyId })
            .Take(limit)
            .ToListAsync(ct);
        var ids = ended.ConvertAll(completion => completion.Id);
        if (ids.Count == 0)
            return 0;

        await RemoveCountersAsync(ended.Select(completion => completion.ApiKeyId), ct);
        return await database.Completions.Where(completion => ids.Contains(completion.Id)).ExecuteDeleteAsync(ct);
    }

    // A template goes when it has no version left.
    private async Task<int> RemoveTemplatesAsync(CancellationToken ct)
    {
        var templates = await database.Templates
            .Where(template => template.OwnerId == user)
            .OrderBy(template => template.Id)
            .Select(template => template.Id)
            .Take(Parents)
            .ToListAsync(ct);
        if (templates.Count == 0)
            return 0;

        var versions = await database.TemplateVersions
            .Where(version => templates.Contains(version.TemplateId))
            .OrderBy(version => version.TemplateId)
            .Select(version => version.Id)
            .Take(limit)
            .ToListAsync(ct);
        await database.TemplateVersions.Where(version => versions.Contains(version.Id)).ExecuteDeleteAsync(ct);
        return versions.Count == limit
            ? versions.Count
            : versions.Count + await database.Templates.Where(template => templates.Contains(template.Id)).ExecuteDeleteAsync(ct);
    }

    private async Task<int> RedactAuditAsync(CancellationToken ct)
    {
        var lines = database.AuditLog.Where(line => line.Sequence > erasure.AuditDone && line.Sequence < erasure.AuditEnd).OrderBy(line => line.Sequence);
        var about = await lines.Where(line => line.SubjectId == user.Value).Select(line => line.Sequence).Take(limit).ToListAsync(ct);
        // What they did to others as an admin stays in full: it is about those.
        var by = await lines
            .Where(line => line.ActorId == user.Value)
            .Select(line => new { line.Sequence, Stays = line.Action.StartsWith(AuditActions.AdminPrefix) })
            .Take(limit)
            .ToListAsync(ct);
        List<long> next = [.. about.Concat(by.Select(line => line.Sequence)).Distinct().Order().Take(limit)];
        if (next.Count == 0)
            return 0;

        List<long> going = [.. next.Except(by.Where(line => line.Stays).Select(line => line.Sequence).Except(about))];
        await database.AuditLog.Where(line => going.Contains(line.Sequence) && line.Detail != null)
            .ExecuteUpdateAsync(row => row.SetProperty(line => line.Detail, (string?)null), ct);
        erasure.Redacted(next[^1]);
        await database.SaveChangesAsync(ct);
        return next.Count;
    }

    private async Task<int> RemoveSessionsAsync(CancellationToken ct)
    {
        var sessions = await database.Set<Session>()
            .Where(session => session.UserId == user)
            .OrderBy(session => session.UserId)
            .Select(session => session.Id)
            .Take(Parents)
            .ToListAsync(ct);
        if (sessions.Count == 0)
            return 0;

        var tokens = await database.Set<RefreshToken>()
            .Where(token => sessions.Contains(token.SessionId))
            .OrderBy(token => token.SessionId)
            .Select(token => token.Hash)
            .Take(limit)
            .ToListAsync(ct);
        await database.Set<RefreshToken>().Where(token => tokens.Contains(token.Hash)).ExecuteDeleteAsync(ct);
        return tokens.Count == limit
            ? tokens.Count
            : tokens.Count + await database.Set<Session>().Where(session => sessions.Contains(session.Id)).ExecuteDeleteAsync(ct);
    }

    private Task<int> RemoveIdempotencyKeysAsync(CancellationToken ct) => database.Database.ExecuteSqlAsync(
        $"""
        DELETE FROM idempotency_keys WHERE user_id = {user.Value}
            AND key_hash IN (SELECT key_hash FROM idempotency_keys WHERE user_id = {user.Value} LIMIT {limit})
        """,
        ct);

    // The figures stay, for the books. Keys that were deleted before have counters too; the ledger still knows them.
    private async Task<int> RenameLedgerAsync(CancellationToken ct)
    {
        var entries = await database.UsageLedger
            .Where(entry => entry.UserId == user)
            .OrderBy(entry => entry.AdmittedAt)
            .Select(entry => new { entry.Id, entry.ApiKeyId })
            .Take(limit)
            .ToListAsync(ct);
        var ids = entries.ConvertAll(entry => entry.Id);
        if (ids.Count == 0)
            return 0;

        await RemoveCountersAsync(entries.Select(entry => entry.ApiKeyId), ct);
        return await database.UsageLedger.Where(entry => ids.Contains(entry.Id)).ExecuteUpdateAsync(
            row => row.SetProperty(entry => entry.UserId, erasure.Pseudonym).SetProperty(entry => entry.ApiKeyId, (ApiKeyId?)null), ct);
    }

    private Task<int> RemoveCountersAsync(CancellationToken ct) => database.Database.ExecuteSqlAsync(
        $"""
        DELETE FROM quota_counters WHERE subject_id = {user.Value} AND (metric, "window", period_start) IN
            (SELECT metric, "window", period_start FROM quota_counters WHERE subject_id = {user.Value} LIMIT {limit})
        """,
        ct);

    // Only reports of the user read these sums; the books need the ledger.
    private Task<int> RemoveUsageDaysAsync(CancellationToken ct) => database.Database.ExecuteSqlAsync(
        $"""
        DELETE FROM usage_days WHERE user_id = {user.Value}
            AND (day, model) IN (SELECT day, model FROM usage_days WHERE user_id = {user.Value} LIMIT {limit})
        """,
        ct);

    private Task RemoveCountersAsync(IEnumerable<ApiKeyId?> keys, CancellationToken ct) =>
        RemoveCountersAsync(database, keys.Where(key => key is not null).Select(key => QuotaSubjectId.Of(user, key)), ct);

    // The last one: what requests under way have put beside it since, goes with it.
    private async Task<int> RemoveUserAsync(CancellationToken ct)
    {
        // A request that was under way when the account ended may have made a key.
        await database.Set<DataKey>().Where(key => key.OwnerId == user.Value).ExecuteDeleteAsync(ct);
        var removed = await database.Profiles.IgnoreQueryFilters().Where(profile => profile.Id == user).ExecuteDeleteAsync(ct);
        if (removed == 0)
            return 0;

        erasure.Unlink();
        await database.SaveChangesAsync(ct);
        return removed;
    }
}
