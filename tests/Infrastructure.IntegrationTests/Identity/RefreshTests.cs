using CleanLlm.Application.Accounts;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using CleanLlm.Testing.Databases;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class RefreshTests(DatabaseKind kind) : AccountsTests(kind)
{
    private const int Parallel = 50;

    [Test]
    public async Task Refresh_WhenOneTokenIsUsedByManyAtOnce_GivesExactlyOneSuccessor()
    {
        var pair = await LoginAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Parallel).Select(i =>
            Task.Run(() => SendAsync(i % 2 == 0 ? One : Two, new Refresh(pair.RefreshToken)))));

        var successors = outcomes.Select(outcome => outcome.Value.RefreshToken).Distinct().ToList();
        await TestContext.Out.WriteLineAsync($"{Parallel} parallel uses of one refresh token: {successors.Count} successor");
        successors.Should().ContainSingle();
        (await Database.ScalarAsync("SELECT count(*) FROM refresh_tokens")).Should().Be(2);
        (await Database.ScalarAsync("SELECT count(*) FROM refresh_tokens WHERE used_at IS NOT NULL")).Should().Be(1);
    }

    [Test]
    public async Task Save_WhenTwoReadBeforeEitherWrites_LetsOneThrough_AndTellsTheOther()
    {
        var pair = await LoginAsync();
        var (presented, successor) = (SecretToken.HashOf(pair.RefreshToken), SecretToken.HashOf("next"));
        await using var first = One.Services.CreateAsyncScope();
        await using var second = Two.Services.CreateAsyncScope();

        var outcomes = new List<bool>();
        var read = new List<(ISessionRepository Sessions, Session Session)>();
        foreach (var scope in new[] { first, second })
        {
            var sessions = scope.ServiceProvider.GetRequiredService<ISessionRepository>();
            read.Add((sessions, (await sessions.FindByTokenAsync(presented, default))!));
        }

        foreach (var (sessions, session) in read)
        {
            session.Rotate(presented, successor, new AuthOptions().SessionLifetime, One.Clock.GetUtcNow()).Should().Be(Rotation.Rotated);
            outcomes.Add(await sessions.SaveAsync(session, default));
        }

        outcomes.Should().Equal(true, false);
        var again = await read[1].Sessions.FindByTokenAsync(presented, default);
        again!.Rotate(presented, successor, new AuthOptions().SessionLifetime, One.Clock.GetUtcNow()).Should().Be(Rotation.Repeated);
    }

    [Test]
    public async Task Refresh_WhenASpentTokenComesBack_RevokesTheSessionOnEveryInstance()
    {
        var first = await LoginAsync();
        var second = (await SendAsync(One, new Refresh(first.RefreshToken))).Value;
        var third = (await SendAsync(Two, new Refresh(second.RefreshToken))).Value;
        One.Clock.Advance(TimeSpan.FromSeconds(10));

        (await SendAsync(One, new Refresh(first.RefreshToken))).Error.Should().Be(AuthErrors.InvalidRefreshToken);

        (await SendAsync(Two, new Refresh(third.RefreshToken))).Error.Should().Be(AuthErrors.InvalidRefreshToken);
        (await Database.ScalarAsync("SELECT count(*) FROM sessions WHERE revoked_at IS NULL")).Should().Be(0);
    }

    [Test]
    public async Task Refresh_EndsAtTheAbsoluteExpiryHoweverOftenItIsUsed()
    {
        var pair = await LoginAsync();
        for (var day = 10; day <= 20; day += 10)
        {
            One.Clock.Advance(TimeSpan.FromDays(10));
            pair = (await SendAsync(One, new Refresh(pair.RefreshToken))).Value;
        }

        One.Clock.Advance(TimeSpan.FromDays(10));

        (await SendAsync(One, new Refresh(pair.RefreshToken))).Error.Should().Be(AuthErrors.InvalidRefreshToken);
    }

    [Test]
    public async Task Login_StoresNoSecret()
    {
        var pair = await LoginAsync();

        (await Database.ScalarAsync($"SELECT count(*) FROM refresh_tokens WHERE hash = '{pair.RefreshToken}'")).Should().Be(0);
        (await Database.ScalarAsync("SELECT count(*) FROM refresh_tokens WHERE length(hash) = 43")).Should().Be(1);
    }

    [Test]
    public async Task AnErasedUser_TakesCredentialsSessionsAndTokensAlong()
    {
        await LoginAsync();

        await Database.ExecuteAsync("DELETE FROM users");

        foreach (var table in new[] { "user_credentials", "sessions", "refresh_tokens" })
            (await Database.ScalarAsync($"SELECT count(*) FROM {table}")).Should().Be(0, table);
    }

    private static Task<Result<TokenPair>> SendAsync(AccountsHost host, IRequest<Result<TokenPair>> request) =>
        host.InScopeAsync<IMediator, Result<TokenPair>>(mediator => mediator.Send(request));

    private async Task<TokenPair> LoginAsync()
    {
        await One.InScopeAsync<IMediator, Result<UserDto>>(mediator => mediator.Send(new Register("ada@example.org", "correct horse battery", null)));
        return (await SendAsync(One, new Login("ADA@example.org", "correct horse battery"))).Value;
    }
}
