using CleanLlm.Application.Faults;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>What a connection to PostgreSQL that broke leaves behind for the next requests.</summary>
internal sealed class BrokenConnectionTests
{
    [Test]
    public async Task AStatementThatBrokeWhileItWasPrepared_LeavesTheNextOnesWhole()
    {
        await using var database = await TestDatabases.CreateAsync(DatabaseKind.Postgres);
        await using var proxy = DatabaseProxy.Start(database);
        // One connection for all calls and one for renewals, so that the second use of a statement finds the first one's and prepares it.
        await using var host = new PersistenceHost(database, connections: 2, proxy: proxy);
        await host.StartAsync();

        await host.InDatabaseAsync(Plans);
        proxy.Cut();
        var broken = await host.Invoking(h => h.InDatabaseAsync(Plans)).Should().ThrowAsync<Exception>();
        proxy.Restore();

        host.Services.GetRequiredService<IDatabaseFaults>().IsTransient(broken.Which).Should().BeTrue();
        (await host.InDatabaseAsync(database => database.Profiles.AsNoTracking().CountAsync())).Should().Be(0);
        (await host.InDatabaseAsync(Plans)).Should().Be(1);
    }

    private static async Task<int> Plans(AppDbContext database) => (await database.Plans.Where(plan => plan.IsDefault).Select(plan => plan.Name).ToListAsync()).Count;
}
