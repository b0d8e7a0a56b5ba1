using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>What a database of an earlier version holds is still true after its migration.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class MigrationTests(DatabaseKind kind)
{
    [Test]
    public async Task UsageAndReasoning_TurnsPricesIntoDecimals_AndCostsIntoBillionths()
    {
        await using var database = await TestDatabases.CreateAsync(kind);
        await using var host = new PersistenceHost(database);
        await MigrateAsync(host, "AiIntegration");
        var (user, completion) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var (moment, yes) = kind == DatabaseKind.Sqlite ? ($"{host.Clock.GetUtcNow().UtcTicks}", "1") : ("TIMESTAMPTZ '2026-03-01 12:00:00Z'", "TRUE");
        const string Reservation = """{"Holds":[{"Metric":2,"Window":3,"PeriodStart":"2026-03-01T00:00:00+00:00","Amount":50,"Key":null},{"Metric":3,"Window":4,"PeriodStart":"2026-03-01T00:00:00+00:00","Amount":90,"Key":null}],"CompletionTokens":40}""";
        await database.ExecuteAsync(
            $$"""
            INSERT INTO completions (id, user_id, model, provider, price_prompt_micros, price_completion_micros, price_version, store, status, prompt_tokens,
                completion_tokens, cost_micros, findings, reservation, lease_expires_at, created_at)
            VALUES ('{{Text(completion)}}', '{{Text(user)}}', 'm', 'p', 150, 600, 'v1', {{yes}}, 2, 10, 0, 12, '[]', '{{Reservation}}', {{moment}}, {{moment}});
            INSERT INTO usage_ledger (id, user_id, model, provider, prompt_tokens, completion_tokens, cost_micros, price_version, basis, admitted_at)
            VALUES ('{{Text(user)}}', '{{Text(user)}}', 'm', 'p', 10, 5, 20, 'v1', 1, {{moment}});
            INSERT INTO quota_counters (subject_id, metric, "window", period_start, used, reserved, granted)
            VALUES ('{{Text(user)}}', 3, 4, {{moment}}, 20, 90, 7), ('{{Text(user)}}', 2, 3, {{moment}}, 15, 50, 0);
            """);

        await MigrateAsync(host, target: null);

        if (kind == DatabaseKind.Postgres)
        {
            (await database.ScalarAsync("SELECT sum(idx_scan) FROM pg_stat_user_indexes WHERE relname = 'usage_ledger'"))
                .Should().Be(0, "a whole ledger is read in the order of the table");
        }

        var row = await host.InDatabaseAsync(context => context.Completions.AsNoTracking().SingleAsync());
        row.Price.Should().Be(new TokenPrice(0.15m, 0.6m, "v1"));
        row.CostNanos.Should().Be(12_000);
        row.Reservation!.Holds.Select(hold => (hold.Metric, hold.Amount)).Should().Equal((QuotaMetric.Tokens, 50), (QuotaMetric.CostMicros, 90_000));
        row.Reservation.CompletionTokens.Should().Be(40);
        (await host.InDatabaseAsync(context => context.UsageLedger.AsNoTracking().SingleAsync())).Should().BeEquivalentTo(
            new { CostNanos = 20_000L, PromptTokens = 10, CachedPromptTokens = 0, ReasoningTokens = 0 });
        (await host.InDatabaseAsync(context => context.UsageDays.AsNoTracking().SingleAsync())).Should().BeEquivalentTo(
            new { Day = new DateOnly(2026, 3, 1), Model = "m", Requests = 1L, PromptTokens = 10L, CompletionTokens = 5L, CostNanos = 20_000L },
            "the ledger that is there is summed up");
        (await host.InDatabaseAsync(context => context.QuotaCounters.AsNoTracking().OrderBy(counter => counter.Metric).ToListAsync()))
            .Select(counter => (counter.Used, counter.Reserved, counter.Granted)).Should().Equal((15, 50, 0), (20_000, 90_000, 7_000));
    }

    // The provider for SQLite keeps ids as upper-case text.
    private string Text(Guid id) => kind == DatabaseKind.Sqlite ? id.ToString().ToUpperInvariant() : id.ToString();

    private static Task<bool> MigrateAsync(PersistenceHost host, string? target) => host.InDatabaseAsync(async context =>
    {
        await context.Database.OpenConnectionAsync();
        await context.GetService<IMigrator>().MigrateAsync(target);
        // What this connection has read is told to the statistics at once.
        if (!context.IsEmbedded)
            await context.Database.ExecuteSqlAsync($"SELECT pg_stat_force_next_flush()");
        await context.Database.CloseConnectionAsync();
        return true;
    });
}
