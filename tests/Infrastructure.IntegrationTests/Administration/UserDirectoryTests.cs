using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.IntegrationTests.Identity;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class UserDirectoryTests(DatabaseKind kind) : AccountsTests(kind)
{
    private const int Rounds = 10;

    private readonly DatabaseKind kind = kind;

    [Test]
    public async Task AdminsWhoRemoveEachOtherAtOnce_LeaveOne([Values] bool disabled)
    {
        for (var round = 0; round < Rounds; round++)
        {
            await Database.ExecuteAsync("DELETE FROM users");
            UserId[] admins = [await AddAdminAsync(), await AddAdminAsync(), await AddAdminAsync()];

            var refusals = await Task.WhenAll(admins.Select((admin, i) => Task.Run(() => ChangeAsync(i % 2 == 0 ? One : Two, admin, user =>
            {
                if (disabled)
                    user.SetDisabled(true);
                else
                    user.ChangeRole(UserRole.User);
                return Task.CompletedTask;
            }))));

            refusals.Where(refusal => refusal is not null).Should().ContainSingle().Which.Should().Be(AdminErrors.LastAdmin);
            (await Database.ScalarAsync($"SELECT count(*) FROM users WHERE role = {(int)UserRole.Admin} AND {(kind == DatabaseKind.Postgres ? "NOT disabled" : "disabled = 0")}"))
                .Should().Be(1);
        }

        await TestContext.Out.WriteLineAsync($"{kind}: {Rounds} times three admins removed each other at once: one was left each time");
    }

    [Test]
    public async Task AdminsWhoEraseThemselvesAtOnce_LeaveOne()
    {
        UserId[] admins = [await AddAdminAsync(), await AddAdminAsync(), await AddAdminAsync()];

        var refusals = await Task.WhenAll(admins.Select((admin, i) => Task.Run(() => (i % 2 == 0 ? One : Two)
            .InScopeAsync<IAccountErasure, Error?>(erasure => erasure.EraseAsync(admin, default)))));

        refusals.Where(refusal => refusal is not null).Should().ContainSingle().Which.Should().Be(AdminErrors.LastAdmin);
        (await Database.ScalarAsync("SELECT count(*) FROM users")).Should().Be(1);
    }

    [Test]
    public async Task AChangeOfSomebodyErasedMeanwhile_OrToAPlanDeletedMeanwhile_IsRefused()
    {
        await AddAdminAsync();
        var gone = await AddAdminAsync();

        (await ChangeAsync(One, gone, user =>
        {
            user.AssignPlan(PlanId.New(One.Clock.GetUtcNow()));
            return Task.CompletedTask;
        })).Should().Be(PlanErrors.Unknown);
        (await ChangeAsync(One, gone, user =>
        {
            user.ChangeRole(UserRole.User);
            return Database.ExecuteAsync("DELETE FROM users WHERE email = 'admin2@example.org'");
        })).Should().Be(AdminErrors.UserNotFound);
    }

    private static Task<Error?> ChangeAsync(AccountsHost host, UserId id, Func<User, Task> change) => host.InScopeAsync<IServiceProvider, Error?>(async services =>
    {
        var user = await services.GetRequiredService<IUserRepository>().FindAsync(id, default);
        await change(user!);
        return await services.GetRequiredService<IUserDirectory>().SaveAsync(user!, host.Clock.GetUtcNow(), default);
    });

    private Task<UserId> AddAdminAsync() => One.InScopeAsync<AppDbContext, UserId>(async database =>
    {
        var user = User.Register($"admin{await Database.ScalarAsync("SELECT count(*) FROM users") + 1}@example.org", displayName: null, One.Clock.GetUtcNow()).Value;
        user.ChangeRole(UserRole.Admin);
        database.Add(user);
        await database.SaveChangesAsync();
        return user.Id;
    });
}
