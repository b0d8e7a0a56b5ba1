using AutoMapper;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence.Erasures;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Audit;

internal sealed class AuditLog(AppDbContext database, AuditChain chain, IMapper mapper) : IAuditLog
{
    public async Task<Page<AuditEntryDto>> ListAsync(AuditFilter filter, Cursor? after, int limit, CancellationToken ct)
    {
        var lines = database.AuditLog.AsNoTracking();
        if (filter.Actor is { } actor)
            lines = lines.Where(line => line.ActorId == actor);
        if (filter.Subject is { } subject)
            lines = lines.Where(line => line.SubjectId == subject);
        if (filter.Action is { } action)
            lines = lines.Where(line => line.Action == action);
        if (after is { Id: var id })
        {
            var last = new AuditEntryId(id);
            lines = lines.Where(line => line.Sequence < database.AuditLog.Where(seen => seen.Id == last).Select(seen => seen.Sequence).FirstOrDefault());
        }

        // A name may be that of every second line or of a handful. By the plan for any name the whole log would be read for the handful.
        await using var transaction = filter.Action is null || database.IsEmbedded ? null : await database.Database.BeginTransactionAsync(ct);
        if (transaction is not null)
            await database.Database.ExecuteSqlAsync($"SET LOCAL plan_cache_mode = force_custom_plan", ct);

        var rows = await lines.OrderByDescending(line => line.Sequence).Take(limit + 1).ToListAsync(ct);
        return Pages.Cut(await ShownAsync(rows, ct), limit, (kept, _) => new Cursor(kept.At, kept.Id.Value));
    }

    public async Task<AuditVerdictDto> VerifyAsync(CancellationToken ct)
    {
        var check = new AuditCheck(database, chain);
        var (brokenAt, reason) = await check.RunAsync(ct) ?? default;
        var head = check.Head;
        return new AuditVerdictDto(
            reason is null, check.Entries, check.Redacted, reason is null ? null : brokenAt, reason, head?.Sequence ?? 0, Convert.ToHexStringLower(head?.Hash ?? []));
    }

    // Details of an ended account are removed in the background and hidden meanwhile.
    private async Task<List<AuditEntryDto>> ShownAsync(List<AuditEntry> lines, CancellationToken ct)
    {
        List<UserId> people = [.. lines.SelectMany(line => (Guid?[])[line.ActorId, line.SubjectId]).OfType<Guid>().Distinct().Select(id => new UserId(id))];
        var erasures = await database.Set<Erasure>().AsNoTracking().Where(erasure => people.Contains(erasure.UserId)).ToListAsync(ct);
        return lines.ConvertAll(line => erasures.Exists(erasure => erasure.Redacts(line)) && line.Detail is not null
            ? mapper.Map<AuditEntryDto>(line) with { Detail = null, Redacted = true }
            : mapper.Map<AuditEntryDto>(line));
    }
}
