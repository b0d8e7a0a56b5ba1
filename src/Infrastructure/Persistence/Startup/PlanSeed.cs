using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Persistence.Quotas;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.Persistence.Startup;

/// <summary>Brings the configured plans into the database; without any, sees that there is a default one.</summary>
internal sealed class PlanSeed(IReadOnlyList<PlanOptions> configured, DataKeys keys, TimeProvider clock)
{
    /// <summary>What holds when nothing is configured: enough for a person, but limited for a runaway script.</summary>
    private static readonly PlanTerms Generous = new(
        "default",
        IsDefault: true,
        Concurrency: null,
        AllowedModels: [],
        MaxOutputTokens: null,
        Limits: [new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 10_000_000)]);

    public async Task ApplyAsync(AppDbContext database, CancellationToken ct)
    {
        var stored = await database.Plans.ToListAsync(ct);
        foreach (var plan in stored)
            await keys.OpenAsync(plan, database, ct);
        if (configured.Count > 0)
        {
            // The configuration says which plan is the default; one that an earlier configuration named stops being it.
            foreach (var former in stored.Where(plan => plan.IsDefault))
                former.Change(former.Terms with { IsDefault = false });
        }

        IEnumerable<PlanTerms> wanted = configured.Count > 0
            ? configured.Select(plan => plan.Terms)
            : stored.Any(plan => plan.IsDefault) ? [] : [Generous];
        ContentCipher? cipher = null;
        foreach (var terms in wanted)
            cipher = await keys.OfPlanAsync(Put(database, stored.Find(plan => plan.Name == terms.Name), terms), ct) ?? cipher;
        await database.SavePlansAsync(cipher, ct);
    }

    private Plan Put(AppDbContext database, Plan? stored, PlanTerms terms)
    {
        var outcome = stored is null ? Plan.Create(terms, clock.GetUtcNow()) : stored.Change(terms);
        if (!outcome.IsSuccess)
            throw new InvalidOperationException($"Plan '{terms.Name}': {string.Join(' ', outcome.Error.Fields.SelectMany(f => f.Value.Prepend(f.Key)))}");
        if (stored is null)
            database.Add(outcome.Value);
        return outcome.Value;
    }
}
