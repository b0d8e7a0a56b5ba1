using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure.IntegrationTests.Identity;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

/// <summary>The chain under many writers, and under those that fail.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class AuditChainTests(DatabaseKind kind) : AccountsTests(kind)
{
    private const int Writers = 50;

    private readonly DatabaseKind kind = kind;

    private static PlanTerms Terms(string name) => new(name, IsDefault: false, Concurrency: null, [], MaxOutputTokens: null, []);

    [SetUp]
    public async Task ClearAsync()
    {
        await AuditLines.ClearAsync(Database);
        await Database.ExecuteAsync("DELETE FROM plans");
        // The first lines ever are written while the key of their hashes is made.
        await Database.ExecuteAsync("DELETE FROM hash_keys");
    }

    [Test]
    public async Task ManyWriters_OnTwoInstances_MakeOneChainWithoutGaps()
    {
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Run(() => WriteAsync(i % 2 == 0 ? One : Two, $"plan {i}"))));

        var verdict = await AuditLines.VerifyAsync(One);
        verdict.Should().BeEquivalentTo(new { Valid = true, Entries = 2 * Writers, Reason = (string?)null });
        (await AuditLines.PlacesAsync(One)).Should().Equal(Enumerable.Range(1, 2 * Writers).Select(place => (long)place));
        await TestContext.Out.WriteLineAsync($"{kind}: {Writers} parallel audited actions on two instances: {verdict.Entries} lines, no gap, chain valid");
    }

    [Test]
    public async Task Writers_ThatFail_LeaveNoGap_AndMayTryAgain()
    {
        await WriteAsync(One, "taken");

        var retried = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => WriteAsync(i % 2 == 0 ? One : Two, i % 4 == 0 ? $"plan {i}" : "taken"))));

        retried.Count(again => again).Should().Be(15);
        (await AuditLines.VerifyAsync(Two)).Should().BeEquivalentTo(new { Valid = true, Entries = 42 });
        (await AuditLines.PlacesAsync(One)).Should().HaveCount(42);
    }

    [Test]
    public async Task TwoSaves_OfOneContext_FollowWhatOthersWroteBetweenThem()
    {
        await One.InScopeAsync<AppDbContext, bool>(async database =>
        {
            await SaveLineAsync(database);
            await Two.InScopeAsync<AppDbContext, bool>(async other =>
            {
                await SaveLineAsync(other);
                return true;
            });
            await SaveLineAsync(database);
            return true;
        });

        (await AuditLines.VerifyAsync(Two)).Should().BeEquivalentTo(new { Valid = true, Entries = 3 });
    }

    [Test]
    public async Task WithoutWaiting_LinesAreNotStored()
    {
        await One.InScopeAsync<AppDbContext, bool>(database =>
        {
            database.Add(AuditEntry.Of(new AuditEvent(AuditActions.SignedIn, null, null), One.Clock.GetUtcNow()));
            database.Invoking(context => context.SaveChanges()).Should().Throw<InvalidOperationException>();
            return Task.FromResult(true);
        });

        (await AuditLines.PlacesAsync(One)).Should().BeEmpty();
    }

    // Two lines and a row in one transaction. When the row is refused, the same context stores the lines alone.
    private static Task<bool> WriteAsync(AccountsHost host, string plan) => host.InScopeAsync<AppDbContext, bool>(async database =>
    {
        var row = Plan.Create(Terms(plan), host.Clock.GetUtcNow()).Value;
        database.Add(row);
        var who = UserId.New(host.Clock.GetUtcNow()).Value;
        database.Add(AuditEntry.Of(new AuditEvent(AuditActions.PlanCreated, who, row.Id.Value, """{"reason":"test"}"""), host.Clock.GetUtcNow()));
        database.Add(AuditEntry.Of(new AuditEvent(AuditActions.SignedIn, who, who), host.Clock.GetUtcNow()));
        try
        {
            await database.SaveChangesAsync();
            return false;
        }
        catch (DbUpdateException)
        {
            database.Entry(row).State = EntityState.Detached;
            await database.SaveChangesAsync();
            return true;
        }
    });

    private static async Task SaveLineAsync(AppDbContext database)
    {
        database.Add(AuditEntry.Of(new AuditEvent(AuditActions.SignedIn, null, null), DateTimeOffset.UnixEpoch));
        await database.SaveChangesAsync();
    }
}
