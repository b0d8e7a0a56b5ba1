using System.Runtime.CompilerServices;
using AutoMapper;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Usage;
using CleanLlm.Infrastructure.Persistence.Content;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Accounts;

/// <summary>
/// Reads what is held about a user in batches by index. Each batch is one short read: a slow reader keeps no connection busy, and no
/// snapshot stays open.
/// </summary>
internal sealed class AccountExport(PacedReading reading, DataKeys keys, IMapper mapper) : IAccountExport
{
    private const int Batch = 200;

    // Their messages are read together, so that many short chats do not cost a statement each.
    private const int ChatBatch = 50;

    public AccountExportDto Of(ExportedProfileDto profile, DateTimeOffset now) => new(
        now,
        profile,
        Logins(profile.Id),
        Sessions(profile.Id),
        Keys(profile.Id),
        Chats(profile.Id),
        Completions(profile.Id),
        Templates(profile.Id),
        Usage(profile.Id),
        Counters(profile.Id),
        AuditLines(profile.Id));

    private async IAsyncEnumerable<ExportedLoginDto> Logins(UserId user, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var logins = await reading.ListAsync(database => database.Set<IdentityUserLogin<Guid>>().Where(login => login.UserId == user.Value), ct);
        foreach (var login in logins)
            yield return new ExportedLoginDto(login.LoginProvider, login.ProviderKey);
    }

    private IAsyncEnumerable<ExportedSessionDto> Sessions(UserId user) => PageAsync<Session, SessionId>(
            (database, last) => database.Set<Session>().Where(session => session.UserId == user && session.Id > last).OrderBy(session => session.Id),
            session => session.Id)
        .Select(mapper.Map<ExportedSessionDto>);

    private async IAsyncEnumerable<ExportedKeyDto> Keys(UserId user, [EnumeratorCancellation] CancellationToken ct = default)
    {
        foreach (var key in await reading.ListAsync(database => database.ApiKeys.Where(key => key.UserId == user).OrderBy(key => key.Id), ct))
            yield return mapper.Map<ExportedKeyDto>(key);
    }

    // Which chats there are is read first, 16 bytes each: by their activity, the order of their index, they would move while they are read.
    private async IAsyncEnumerable<ExportedChatDto> Chats(UserId user, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var all = await reading.ListAsync(database => database.Chats.Where(chat => chat.OwnerId == user).OrderBy(chat => chat.Id).Select(chat => chat.Id), ct);
        var cipher = await keys.OfAsync(user, ct);
        foreach (var ids in all.Chunk(ChatBatch).Select(chunk => chunk.ToList()))
        {
            var chats = await reading.ListAsync(database => database.Chats.AsNoTracking().Where(chat => ids.Contains(chat.Id)).OrderBy(chat => chat.Id), ct);
            var summaries = (await reading.ListAsync(database => database.Set<ChatSummary>().AsNoTracking().Where(summary => ids.Contains(summary.ChatId)).OrderBy(summary => summary.ChatId), ct))
                .ToLookup(summary => summary.ChatId);
            var messages = new ExportedMessages(reading, chats.ConvertAll(chat => chat.Id), Batch);
            for (var i = 0; i < chats.Count; i++)
            {
                var chat = cipher.Open(chats[i]);
                yield return new ExportedChatDto(
                    chat.Id,
                    chat.Title,
                    chat.Model,
                    chat.SystemPrompt,
                    chat.CreatedAt,
                    chat.UpdatedAt,
                    [.. summaries[chat.Id].OrderBy(summary => summary.CreatedAt).Select(cipher.Open).Select(mapper.Map<ExportedSummaryDto>)],
                    messages.OfChatAsync(i, ct).Select(cipher.Open).Select(mapper.Map<ExportedMessageDto>));
            }
        }
    }

    private async IAsyncEnumerable<ExportedCompletionDto> Completions(UserId user, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var cipher = await keys.OfAsync(user, ct);
        var stored = PageAsync<Completion, CompletionId>(
            (database, last) => database.Completions
                .Where(completion => completion.UserId == user && completion.Turn == null && completion.Id > last)
                .OrderBy(completion => completion.Id),
            completion => completion.Id,
            ct);
        await foreach (var completion in stored.Select(cipher.Open))
        {
            yield return new ExportedCompletionDto(completion.Prompt, CompletionDto.From(completion, completion.Answer, completion.Reasoning))
            {
                Template = TemplateUseDto.Of(completion.Template, completion.Prompt),
            };
        }
    }

    private async IAsyncEnumerable<ExportedTemplateDto> Templates(UserId user, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var cipher = await keys.OfAsync(user, ct);
        foreach (var template in await reading.ListAsync(database => database.Templates.AsNoTracking().Where(own => own.OwnerId == user).OrderBy(own => own.Id), ct))
        {
            var versions = await reading.ListAsync(
                database => database.TemplateVersions.AsNoTracking().Where(version => version.TemplateId == template.Id).OrderByDescending(version => version.Number), ct);
            yield return new ExportedTemplateDto(
                template.Id, template.Name, template.CreatedAt, template.UpdatedAt, [.. versions.Select(cipher.Open).Select(mapper.Map<TemplateVersionDetailDto>)]);
        }
    }

    private IAsyncEnumerable<ExportedUsageDto> Usage(UserId user) => PageAsync<UsageEntry, CompletionId>(
            (database, last) => database.UsageLedger.Where(entry => entry.UserId == user && entry.Id > last).OrderBy(entry => entry.Id),
            entry => entry.Id)
        .Select(mapper.Map<ExportedUsageDto>);

    private async IAsyncEnumerable<ExportedCounterDto> Counters(UserId user, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var apiKeys = await reading.ListAsync(database => database.ApiKeys.Where(key => key.UserId == user).Select(key => key.Id), ct);
        foreach (var key in apiKeys.Select(id => (ApiKeyId?)id).Prepend(null))
        {
            await foreach (var counter in Counters(QuotaSubjectId.Of(user, key)).WithCancellation(ct))
            {
                yield return new ExportedCounterDto(
                    key,
                    counter.Metric,
                    counter.Window,
                    counter.PeriodStart,
                    counter.Metric.Exactly(counter.Used),
                    counter.Metric.Exactly(counter.Reserved),
                    counter.Metric.Exactly(counter.Granted));
            }
        }
    }

    private IAsyncEnumerable<QuotaCounter> Counters(QuotaSubjectId subject) => PageAsync<QuotaCounter, (QuotaMetric Metric, QuotaWindow Window, DateTimeOffset Start)>(
        (database, last) => database.QuotaCounters
            .Where(counter => counter.SubjectId == subject && counter.Metric >= last.Metric
                && (counter.Metric > last.Metric || counter.Window > last.Window || (counter.Window == last.Window && counter.PeriodStart > last.Start)))
            .OrderBy(counter => counter.Metric).ThenBy(counter => counter.Window).ThenBy(counter => counter.PeriodStart),
        counter => (counter.Metric, counter.Window, counter.PeriodStart));

    // By two indexes, in the order of both.
    private async IAsyncEnumerable<ExportedAuditDto> AuditLines(UserId user, [EnumeratorCancellation] CancellationToken ct = default)
    {
        List<AuditEntry> lines;
        long last = 0;
        do
        {
            var after = last;
            var by = await reading.ListAsync(database => Following(database, after).Where(line => line.ActorId == user.Value).Take(Batch), ct);
            var about = await reading.ListAsync(database => Following(database, after).Where(line => line.SubjectId == user.Value).Take(Batch), ct);
            lines = [.. by.UnionBy(about, line => line.Sequence).OrderBy(line => line.Sequence).Take(Batch)];
            foreach (var line in lines)
                yield return ExportedAuditDto.Of(mapper.Map<AuditEntryDto>(line), user.Value);
            last = lines.Count > 0 ? lines[^1].Sequence : last;
        }
        while (lines.Count == Batch);
    }

    private static IQueryable<AuditEntry> Following(AppDbContext database, long last) =>
        database.AuditLog.AsNoTracking().Where(line => line.Sequence > last).OrderBy(line => line.Sequence);

    private async IAsyncEnumerable<TRow> PageAsync<TRow, TKey>(
        Func<AppDbContext, TKey, IQueryable<TRow>> following, Func<TRow, TKey> key, [EnumeratorCancellation] CancellationToken ct = default)
        where TRow : class
        where TKey : struct
    {
        TKey last = default;
        List<TRow> rows;
        do
        {
            var after = last;
            rows = await reading.ListAsync(database => following(database, after).AsNoTracking().Take(Batch), ct);
            foreach (var row in rows)
                yield return row;
            if (rows.Count > 0)
                last = key(rows[^1]);
        }
        while (rows.Count == Batch);
    }
}
