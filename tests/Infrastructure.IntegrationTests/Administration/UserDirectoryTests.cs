using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Audit;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
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

        var refusals = await Task.WhenAll(admins.Select((admin, i) => Task.Run(() => (i % 2 == 0 ? One : Two).EraseAsync(admin))));

        refusals.Where(refusal => refusal is not null).Should().ContainSingle().Which.Should().Be(AdminErrors.LastAdmin);
        (await Database.ScalarAsync("SELECT count(*) FROM users WHERE erased_at IS NULL")).Should().Be(1);
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

    [Test]
    public async Task AChangeThatOverlapsTheEndOfTheAccount_IsRefused_AndNotStored()
    {
        await AddAdminAsync();
        var gone = await AddAdminAsync();

        (await ChangeAsync(One, gone, user =>
        {
            user.Rename("New");
            return Two.EraseAsync(gone);
        })).Should().Be(AdminErrors.UserNotFound);

        (await Database.ScalarAsync("SELECT count(*) FROM users WHERE display_name IS NOT NULL")).Should().Be(0);
    }

    // Both have found it before the first one removes it.
    [Test]
    public async Task AKeyThatTwoRevokeAtOnce_IsRevokedOnce()
    {
        var owner = await AddAdminAsync();
        var (before, key) = (await Database.ScalarAsync("SELECT count(*) FROM audit_log"), await AddKeyAsync(owner));

        var outcomes = await One.InScopeAsync<IServiceProvider, (bool First, bool Second)>(async services =>
        {
            var (keys, audit) = (services.GetRequiredService<IApiKeyRepository>(), services.GetRequiredService<IAuditTrail>());
            var found = (await keys.FindAsync(key, owner, default))!;
            audit.Add(new AuditEvent(AuditActions.KeyRevoked, owner.Value, key.Value));
            var first = await Two.InScopeAsync<IApiKeyRepository, bool>(async other => await other.RemoveAsync((await other.FindAsync(key, owner, default))!, default));
            var second = await keys.RemoveAsync(found, default);
            (await keys.FindAsync(key, owner, default)).Should().BeNull("what was tracked is forgotten");
            await audit.SaveAsync(default);
            return (first, second);
        });

        outcomes.Should().Be((true, false));
        (await Database.ScalarAsync("SELECT count(*) FROM audit_log")).Should().Be(before, "whoever loses stores no line");
    }

    [Test]
    public async Task AUserWhoIsErasedWhileTheyChange_IsNotStored([Values] bool rowsAreGone)
    {
        await AddAdminAsync();
        var gone = await AddAdminAsync();

        (await One.InScopeAsync<IUserRepository, bool>(async users =>
        {
            var user = (await users.FindAsync(gone, default))!;
            user.Rename("New");
            await Two.EraseAsync(gone);
            if (rowsAreGone)
                await Database.ExecuteAsync("DELETE FROM users");
            return await users.SaveAsync(user, default);
        })).Should().BeFalse();
        (await Database.ScalarAsync("SELECT count(*) FROM users WHERE display_name IS NOT NULL")).Should().Be(0);
    }

    private Task<ApiKeyId> AddKeyAsync(UserId owner) => One.InScopeAsync<AppDbContext, ApiKeyId>(async database =>
    {
        var now = One.Clock.GetUtcNow();
        var key = ApiKey.Create(owner, ApiKeyId.New(now), new ApiKeyTerms("CI", ApiKeyScopes.Completions, null, null), [1], now).Value;
        database.Add(key);
        await database.SaveChangesAsync();
        return key.Id;
    });

    private static Task<Error?> ChangeAsync(AccountsHost host, UserId id, Func<User, Task> change) => host.InScopeAsync<IServiceProvider, Error?>(async services =>
    {
        var user = await services.GetRequiredService<IUserRepository>().FindAsync(id, default);
        await change(user!);
        return (await services.GetRequiredService<IUserDirectory>().SaveAsync(user!, host.Clock.GetUtcNow(), default)).Error;
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
