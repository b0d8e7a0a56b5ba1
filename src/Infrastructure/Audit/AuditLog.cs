using CleanLlm.Application.Audit;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Audit;
using CleanLlm.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Audit;

internal sealed class AuditLog(AppDbContext database, AuditSeal seal) : IAuditLog
{
    public async Task<Page<AuditEntryDto>> ListAsync(AuditFilter filter, Cursor? after, int limit, CancellationToken ct)
    {
        var lines = database.AuditLog.AsNoTracking();
        if (filter.Actor is { } actor)
            lines = lines.Where(line => line.ActorId == actor);
        if (filter.Action is { } action)
            lines = lines.Where(line => line.Action == action);
        if (after is { Id: var id })
        {
            var last = new AuditEntryId(id);
            lines = lines.Where(line => line.Sequence < database.AuditLog.Where(seen => seen.Id == last).Select(seen => seen.Sequence).FirstOrDefault());
        }

        var rows = await lines.OrderByDescending(line => line.Sequence).Take(limit + 1).ToListAsync(ct);
        return Pages.Cut(rows.ConvertAll(AuditEntryDto.From), limit, (kept, _) => new Cursor(kept.At, kept.Id.Value));
    }

    public async Task<AuditVerdictDto> VerifyAsync(CancellationToken ct)
    {
        var check = new AuditCheck(database, seal);
        var (brokenAt, reason) = await check.RunAsync(ct) ?? default;
        var head = check.Head;
        return new AuditVerdictDto(
            reason is null, check.Entries, check.Redacted, reason is null ? null : brokenAt, reason, head?.Sequence ?? 0, Convert.ToHexStringLower(head?.Hash ?? []));
    }
}
