using System.Runtime.CompilerServices;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Identity;

internal sealed class AccountExport(IDbContextFactory<AppDbContext> databases) : IAccountExport
{
    private const int Batch = 200;

    public AccountExportDto Of(UserDto profile, DateTimeOffset now) => new(
        now,
        profile,
        Logins(profile.Id),
        Sessions(profile.Id),
        Keys(profile.Id),
        Chats(profile.Id),
        Completions(profile.Id),
        Usage(profile.Id),
        Counters(profile.Id),
        AuditLines(profile.Id));

    private IAsyncEnumerable<ExportedLoginDto> Logins(UserId user) => ReadAsync(database => database.Set<IdentityUserLogin<Guid>>()
        .Where(login => login.UserId == user.Value)
        .Select(login => new ExportedLoginDto(login.LoginProvider, login.ProviderKey)));

    private IAsyncEnumerable<ExportedSessionDto> Sessions(UserId user) => ReadAsync(database => database.Set<Session>()
        .Where(session => session.UserId == user)
        .OrderBy(session => session.CreatedAt)
        .Select(session => new ExportedSessionDto(
            session.Id, session.Device, session.Address, session.CreatedAt, session.LastUsedAt, session.ExpiresAt, session.RevokedAt)));

    private IAsyncEnumerable<ExportedKeyDto> Keys(UserId user) => ReadAsync(database => database.ApiKeys.Where(key => key.UserId == user))
        .Select(key => new ExportedKeyDto(
            key.Id,
            key.Name,
            ApiKeyScopeNames.Of(key.Scopes),
            key.MonthlyTokenLimit,
            key.CreatedAt,
            key.ExpiresAt,
            key.LastUsedAt));

    private IAsyncEnumerable<ExportedChatDto> Chats(UserId user) => ReadAsync<Chat, ChatId>(
            (database, last) => database.Chats.Where(chat => chat.OwnerId == user && chat.Id > last).OrderBy(chat => chat.Id), chat => chat.Id)
        .Select(chat => new ExportedChatDto(chat.Id, chat.Title, chat.Model, chat.SystemPrompt, chat.CreatedAt, chat.UpdatedAt, Messages(chat.Id)));

    // A question and its answer may have got their ids in one millisecond, and then only their times tell which was first.
    private IAsyncEnumerable<MessageDto> Messages(ChatId chat) => ReadAsync<Message, (DateTimeOffset At, MessageId Id)>(
            (database, last) => database.Messages
                .Where(message => message.ChatId == chat
                    && (message.CreatedAt > last.At || (message.CreatedAt == last.At && message.Id > last.Id)))
                .OrderBy(message => message.CreatedAt).ThenBy(message => message.Id),
            message => (message.CreatedAt, message.Id))
        .Select(message => new MessageDto(
            message.Id,
            message.ParentId,
            message.Role,
            message.Content,
            message.Model,
            message.PromptTokens,
            message.CompletionTokens,
            message.CreatedAt,
            FeedbackDto.Of(message.Rating, message.FeedbackComment)));

    private IAsyncEnumerable<ExportedCompletionDto> Completions(UserId user) => ReadAsync<Completion, CompletionId>(
            (database, last) => database.Completions
                .Where(completion => completion.UserId == user && completion.Turn == null && completion.Id > last)
                .OrderBy(completion => completion.Id),
            completion => completion.Id)
        .Select(completion => new ExportedCompletionDto(completion.Prompt, CompletionDto.From(completion, completion.Answer)));

    private IAsyncEnumerable<ExportedUsageDto> Usage(UserId user) => ReadAsync<Domain.Usage.UsageEntry, CompletionId>(
            (database, last) => database.UsageLedger.Where(entry => entry.UserId == user && entry.Id > last).OrderBy(entry => entry.Id),
            entry => entry.Id)
        .Select(entry => new ExportedUsageDto(
            entry.Id,
            entry.ApiKeyId,
            entry.Model,
            entry.Provider,
            entry.PromptTokens,
            entry.CompletionTokens,
            entry.CostMicros,
            entry.PriceVersion,
            entry.Basis,
            entry.AdmittedAt));

    private async IAsyncEnumerable<ExportedCounterDto> Counters(UserId user, [EnumeratorCancellation] CancellationToken ct = default)
    {
        List<ApiKeyId> keys;
        await using (var database = await databases.CreateDbContextAsync(ct))
            keys = await database.ApiKeys.Where(key => key.UserId == user).Select(key => key.Id).ToListAsync(ct);

        foreach (var key in keys.Select(id => (ApiKeyId?)id).Prepend(null))
        {
            var subject = QuotaSubjectId.Of(user, key);
            var counters = ReadAsync(
                database => database.QuotaCounters
                    .Where(counter => counter.SubjectId == subject)
                    .OrderBy(counter => counter.Metric).ThenBy(counter => counter.Window).ThenBy(counter => counter.PeriodStart),
                ct);
            await foreach (var counter in counters)
            {
                yield return new ExportedCounterDto(
                    key, counter.Metric, counter.Window, counter.PeriodStart, counter.Used, counter.Reserved, counter.Granted);
            }
        }
    }

    private IAsyncEnumerable<ExportedAuditDto> AuditLines(UserId user) => ReadAsync<Domain.Audit.AuditEntry, long>(
            (database, last) => database.AuditLog
                .Where(line => (line.ActorId == user.Value || line.SubjectId == user.Value) && line.Sequence > last)
                .OrderBy(line => line.Sequence),
            line => line.Sequence)
        .Select(line => ExportedAuditDto.Of(line, user.Value));

    // What may be long is read in batches, so that a slow reader keeps no connection busy.
    private async IAsyncEnumerable<TRow> ReadAsync<TRow, TKey>(
        Func<AppDbContext, TKey, IQueryable<TRow>> following, Func<TRow, TKey> key, [EnumeratorCancellation] CancellationToken ct = default)
        where TRow : class
        where TKey : struct
    {
        TKey last = default;
        List<TRow> rows;
        do
        {
            await using (var database = await databases.CreateDbContextAsync(ct))
                rows = await following(database, last).AsNoTracking().Take(Batch).ToListAsync(ct);
            foreach (var row in rows)
                yield return row;
            if (rows.Count > 0)
                last = key(rows[^1]);
        }
        while (rows.Count == Batch);
    }

    private async IAsyncEnumerable<TRow> ReadAsync<TRow>(Func<AppDbContext, IQueryable<TRow>> query, [EnumeratorCancellation] CancellationToken ct = default)
        where TRow : class
    {
        await using var database = await databases.CreateDbContextAsync(ct);
        await foreach (var row in query(database).AsNoTracking().AsAsyncEnumerable().WithCancellation(ct))
            yield return row;
    }
}
