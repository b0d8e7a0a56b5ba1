using CleanLlm.Application.Accounts;
using CleanLlm.Application.TwoFactor;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.OneTimeTokens;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.TwoFactor;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Accounts;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class AccountUpkeepTests(DatabaseKind kind) : AccountsTests(kind)
{
    private static readonly SessionLifetime Lifetime = new(TimeSpan.FromDays(30), TimeSpan.FromDays(14), TimeSpan.FromSeconds(10));

    [Test]
    public async Task Purge_RemovesTokensThatExpired_AndSessionsAWeekAfterTheirEnd()
    {
        var (now, user) = (One.Clock.GetUtcNow(), await AddUserAsync());
        await AddAsync(
            OneTimeToken.For(user, OneTimeTokenPurpose.ResetPassword, "expired", TimeSpan.FromHours(1), now.AddHours(-1)),
            OneTimeToken.For(user, OneTimeTokenPurpose.ConfirmEmail, "good", TimeSpan.FromHours(24), now.AddHours(-1)),
            Open(user, "idle since 8 days", now.AddDays(-22)),
            Open(user, "idle since 6 days", now.AddDays(-20)),
            Open(user, "idle, opened 89 days ago", now.AddDays(-89)),
            Open(user, "idle, opened 90 days ago", now.AddDays(-90)),
            Open(user, "revoked, opened 90 days ago", now.AddDays(-90), revokedAt: now.AddDays(-89)),
            Open(user, "open", now.AddDays(-1)));

        await Upkeep(One).PurgeAsync(default);

        (await Database.TextAsync("SELECT hash FROM one_time_tokens")).Should().Be("good");
        (await Database.ScalarAsync("SELECT count(*) FROM one_time_tokens")).Should().Be(1);
        (await Database.ScalarAsync("SELECT count(*) FROM sessions")).Should().Be(4, "until then they tell an address that its user is familiar with");
        (await Database.ScalarAsync("SELECT count(*) FROM refresh_tokens WHERE hash LIKE '%8 days%'")).Should().Be(0);
        (await Database.ScalarAsync("SELECT count(*) FROM refresh_tokens")).Should().Be(2);
    }

    [Test]
    public async Task TheUpkeep_PurgesAtStart_AndEveryHour()
    {
        var (now, user) = (One.Clock.GetUtcNow(), await AddUserAsync());
        using var upkeep = Upkeep(One);
        await AddAsync(OneTimeToken.For(user, OneTimeTokenPurpose.ResetPassword, "expired", TimeSpan.FromHours(1), now.AddHours(-1)));

        await upkeep.StartAsync(default);
        await UntilAsync(async () => await Database.ScalarAsync("SELECT count(*) FROM one_time_tokens") == 0);
        await AddAsync(OneTimeToken.For(user, OneTimeTokenPurpose.ResetPassword, "expires soon", TimeSpan.FromMinutes(30), now));
        One.Clock.Advance(AccountUpkeep.Interval);
        await UntilAsync(async () => await Database.ScalarAsync("SELECT count(*) FROM one_time_tokens") == 0);
        await upkeep.StopAsync(default);
    }

    [Test]
    public async Task Rewrap_LetsAFormerKeyGo()
    {
        var user = await AddUserAsync();
        var made = One.Services.GetRequiredService<ITimeBasedCodes>().Make((await One.InScopeAsync<IUserRepository, User?>(users => users.FindAsync(user, default)))!);
        await AddAsync(TwoFactorSecret.SetUp(user, made.Wrapped));
        await using var rotated = new AccountsHost(Database, AccountsHost.KeyB, former: AccountsHost.KeyA);
        await using var later = new AccountsHost(Database, AccountsHost.KeyB);

        await Upkeep(rotated).RewrapAsync(default);

        var secret = await later.InScopeAsync<ITwoFactorRepository, TwoFactorSecret?>(secrets => secrets.FindAsync(user, default));
        var code = new OtpNet.Totp(OtpNet.Base32Encoding.ToBytes(made.Base32)).ComputeTotp(later.Clock.GetUtcNow().UtcDateTime);
        later.Services.GetRequiredService<ITimeBasedCodes>().StepOf(secret!, code).Should().NotBeNull();
    }

    [TestCase(-2, false)]
    [TestCase(-1, true)]
    [TestCase(0, true)]
    [TestCase(1, true)]
    [TestCase(2, false)]
    public async Task ACode_IsTakenFromOneStepBeforeToOneAfter(int steps, bool taken)
    {
        var user = await AddUserAsync();
        var codes = One.Services.GetRequiredService<ITimeBasedCodes>();
        var made = codes.Make((await One.InScopeAsync<IUserRepository, User?>(users => users.FindAsync(user, default)))!);
        var now = One.Clock.GetUtcNow();
        var code = new OtpNet.Totp(OtpNet.Base32Encoding.ToBytes(made.Base32)).ComputeTotp(now.AddSeconds(30 * steps).UtcDateTime);

        codes.StepOf(TwoFactorSecret.SetUp(user, made.Wrapped), code).Should().Be(taken ? (now.ToUnixTimeSeconds() / 30) + steps : null);
    }

    [Test]
    public async Task AToken_TakenByManyAtOnce_GoesToOne()
    {
        var (now, user) = (One.Clock.GetUtcNow(), await AddUserAsync());
        await AddAsync(OneTimeToken.For(user, OneTimeTokenPurpose.ResetPassword, "token", TimeSpan.FromHours(1), now));

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
            (i % 2 == 0 ? One : Two).InScopeAsync<IMailedTokens, UserId?>(tokens => tokens.TakeAsync("token", OneTimeTokenPurpose.ResetPassword, now, default)))));

        taken.Count(owner => owner == user).Should().Be(1);
    }

    [Test]
    public async Task ATransactionThatFails_LeavesEverythingAsItWas()
    {
        var (now, user) = (One.Clock.GetUtcNow(), await AddUserAsync());
        await AddAsync(OneTimeToken.For(user, OneTimeTokenPurpose.ResetPassword, "token", TimeSpan.FromHours(1), now));
        await using var scope = One.Services.CreateAsyncScope();
        var tokens = scope.ServiceProvider.GetRequiredService<IMailedTokens>();

        var outcome = await scope.ServiceProvider.GetRequiredService<ITransactions>().RunForUserAsync<int>(
            user,
            async () =>
            {
                await tokens.TakeAsync("token", OneTimeTokenPurpose.ResetPassword, now, default);
                return AuthErrors.InvalidOneTimeToken;
            },
            default);

        outcome.IsSuccess.Should().BeFalse();
        (await Database.ScalarAsync("SELECT count(*) FROM one_time_tokens")).Should().Be(1);
    }

    [Test]
    public async Task ATransaction_WhoseCallerHangsUpBeforeItsEnd_IsStored()
    {
        var (now, user) = (One.Clock.GetUtcNow(), await AddUserAsync());
        await AddAsync(OneTimeToken.For(user, OneTimeTokenPurpose.ResetPassword, "token", TimeSpan.FromHours(1), now));
        using var caller = new CancellationTokenSource();
        await using var scope = One.Services.CreateAsyncScope();
        var tokens = scope.ServiceProvider.GetRequiredService<IMailedTokens>();

        var outcome = await scope.ServiceProvider.GetRequiredService<ITransactions>().RunForUserAsync<UserId?>(
            user,
            async () =>
            {
                var taken = await tokens.TakeAsync("token", OneTimeTokenPurpose.ResetPassword, now, default);
                await caller.CancelAsync();
                return taken;
            },
            caller.Token);

        outcome.Value.Should().Be(user);
        (await Database.ScalarAsync("SELECT count(*) FROM one_time_tokens")).Should().Be(0);
    }

    private static AccountUpkeep Upkeep(AccountsHost host) => new(
        host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(),
        host.Services.GetRequiredService<KeyWrap>(),
        Options.Create(new SignInThrottleOptions()),
        new DatabaseFaults(),
        host.Clock,
        NullLogger<AccountUpkeep>.Instance);

    private static Session Open(UserId user, string hash, DateTimeOffset at, DateTimeOffset? revokedAt = null)
    {
        var session = Session.Open(user, default, hash, Lifetime, at);
        if (revokedAt is { } moment)
            session.Revoke(moment);
        return session;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = Patience.Deadline();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
            await poll.WaitForNextTickAsync(deadline.Token);
    }

    private async Task<UserId> AddUserAsync()
    {
        var user = User.Register("ada@example.org", "Ada", One.Clock.GetUtcNow()).Value;
        await AddAsync(user);
        return user.Id;
    }

    private Task<int> AddAsync(params object[] rows) => One.InScopeAsync<AppDbContext, int>(database =>
    {
        database.AddRange(rows);
        return database.SaveChangesAsync();
    });
}
