using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.IntegrationTests.Identity;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

/// <summary>Which transaction waits for which: SQLite's transactions are one lock, so this is about PostgreSQL.</summary>
[TestFixture(DatabaseKind.Postgres)]
internal sealed class AuditLockTests(DatabaseKind kind) : AccountsTests(kind)
{
    [SetUp]
    public Task ClearAsync() => AuditLines.ClearAsync(Database);

    [Test]
    public async Task TheEndOfTheChain_IsHeldByNobody_UntilATransactionEnds()
    {
        var user = UserId.New(One.Clock.GetUtcNow());
        await using var scope = One.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<AppDbContext>();

        await scope.ServiceProvider.GetRequiredService<ITransactions>().RunForUserAsync<bool>(
            user,
            async () =>
            {
                await SaveLineAsync(database);
                // It would never end if the first one held the end already.
                await Two.InScopeAsync<AppDbContext, bool>(async other =>
                {
                    await SaveLineAsync(other);
                    return true;
                }).WaitAsync(Patience.Limit);
                return true;
            },
            default);

        (await AuditLines.VerifyAsync(Two)).Should().BeEquivalentTo(new { Valid = true, Entries = 2 });
    }

    [Test]
    public async Task TransactionsOfOneUser_FollowOneAfterAnother_AndNoOthersWait()
    {
        var user = await AddUserAsync();
        var (entered, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = RunAsync(One, user, async () =>
        {
            entered.SetResult();
            await finish.Task;
        });
        await entered.Task.WaitAsync(Patience.Limit);

        var order = new List<string>();
        var second = RunAsync(Two, user, () =>
        {
            order.Add("second");
            return Task.CompletedTask;
        });
        await RunAsync(Two, await AddUserAsync(), () =>
        {
            order.Add("another user");
            return Task.CompletedTask;
        }).WaitAsync(Patience.Limit);
        second.IsCompleted.Should().BeFalse();
        finish.SetResult();
        await Task.WhenAll(first, second).WaitAsync(Patience.Limit);

        order.Should().Equal("another user", "second");
    }

    private static async Task RunAsync(AccountsHost host, UserId user, Func<Task> work)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ITransactions>().RunForUserAsync<bool>(
            user,
            async () =>
            {
                await work();
                return true;
            },
            default);
    }

    private Task<UserId> AddUserAsync() => One.InScopeAsync<AppDbContext, UserId>(async database =>
    {
        var user = User.Register($"{Guid.CreateVersion7():n}@example.org", displayName: null, One.Clock.GetUtcNow()).Value;
        database.Add(user);
        await database.SaveChangesAsync();
        return user.Id;
    });

    private static async Task SaveLineAsync(AppDbContext database)
    {
        database.Add(AuditEntry.Of(new AuditEvent(AuditActions.SignedIn, null, null), DateTimeOffset.UnixEpoch));
        await database.SaveChangesAsync();
    }
}
