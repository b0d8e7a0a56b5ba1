using CleanLlm.Domain.Quotas;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Quotas;

/// <summary>Finds counters, each by its whole key: a subject has one for every minute it was ever active in.</summary>
internal static class CounterLookup
{
    /// <summary>The counter with this key.</summary>
    public static IQueryable<QuotaCounter> CounterOf(this AppDbContext database, CounterKey key) => database.QuotaCounters.Where(counter =>
        counter.SubjectId == key.Subject && counter.Metric == key.Metric && counter.Window == key.Window && counter.PeriodStart == key.PeriodStart);

    /// <summary>The counters with these keys that are there, untracked, in one statement.</summary>
    public static async Task<List<QuotaCounter>> CountersOfAsync(this AppDbContext database, IEnumerable<CounterKey> keys, CancellationToken ct)
    {
        // A union and no lists of values: by lists, all of a subject's counters are read and looked through.
        var counters = keys.Distinct()
            .Select(database.CounterOf)
            .ToList();
        return counters.Count == 0 ? [] : await counters.Aggregate((all, one) => all.Concat(one)).AsNoTracking().ToListAsync(ct);
    }
}
