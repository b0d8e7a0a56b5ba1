using System.Net.Sockets;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

/// <summary>Tokens while the connection to PostgreSQL is away: a fault is no refusal.</summary>
internal sealed class SigningKeyFaultTests
{
    private static readonly User Ada = User.Register("ada@example.org", null, DateTimeOffset.UnixEpoch).Value;

    private TestDatabase database = null!;
    private DatabaseProxy proxy = null!;
    private AccountsHost host = null!;

    [SetUp]
    public async Task StartAsync()
    {
        database = await TestDatabases.CreateMigratedAsync(DatabaseKind.Postgres);
        proxy = DatabaseProxy.Start(database);
        host = NewHost();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await host.DisposeAsync();
        await proxy.DisposeAsync();
        await database.DisposeAsync();
    }

    [Test]
    public async Task AToken_IsGoodWhileTheKeysCannotBeReadAgain_AndTheyAreReadOnceTheyCan()
    {
        var token = await TokenAsync(host);
        var keys = await host.Keys.GetAsync(default);

        proxy.Cut();
        host.Clock.Advance(SigningKeyRing.UnaskedInterval);
        (await host.ValidateAsync(token)).IsValid.Should().BeTrue();
        (await host.Keys.GetAsync(default)).Should().BeSameAs(keys);

        proxy.Restore();
        host.Clock.Advance(SigningKeyRing.RereadInterval);
        (await host.Keys.GetAsync(default)).Should().NotBeSameAs(keys);
        (await host.ValidateAsync(token)).IsValid.Should().BeTrue();
    }

    [Test]
    public async Task AReaderThatHangsUp_DelaysTheKeysForNobodyElse()
    {
        var keys = await host.Keys.GetAsync(default);
        using var hangingUp = new CancellationTokenSource();
        proxy.Hold();
        host.Clock.Advance(SigningKeyRing.UnaskedInterval);
        Task reading = host.Keys.GetAsync(hangingUp.Token).AsTask();

        await hangingUp.CancelAsync();
        proxy.Release();
        await reading.WaitAsync(Patience.Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        (await host.Keys.GetAsync(default)).Should().NotBeSameAs(keys, "they were read for everybody");
    }

    [Test]
    public async Task AToken_ThatCannotBeJudgedWithoutKeys_IsAFault()
    {
        var token = await TokenAsync(host);
        await using var fresh = NewHost();
        proxy.Cut();

        var fault = (await fresh.Awaiting(other => other.ValidateAsync(token)).Should().ThrowAsync<SigningKeysUnavailableException>()).Which;

        new DatabaseFaults().IsTransient(fault).Should().BeTrue();
        var options = new JwtBearerOptions();
        foreach (var configure in fresh.Services.GetServices<IConfigureOptions<JwtBearerOptions>>().OfType<IConfigureNamedOptions<JwtBearerOptions>>())
            configure.Configure(JwtBearerDefaults.AuthenticationScheme, options);
        var scheme = new AuthenticationScheme(JwtBearerDefaults.AuthenticationScheme, displayName: null, typeof(JwtBearerHandler));
        var failed = new AuthenticationFailedContext(new DefaultHttpContext(), scheme, options) { Exception = fault };
        (await options.Events.Awaiting(events => events.AuthenticationFailed(failed)).Should().ThrowAsync<Exception>()).Which.Should().BeSameAs(fault.InnerException);
    }

    [Test]
    public void Faults_AreKnownHoweverDeepTheyAreWrapped()
    {
        var faults = new DatabaseFaults();

        faults.IsTransient(new InvalidOperationException("retry", new Npgsql.NpgsqlException("away", new SocketException()))).Should().BeTrue();
        faults.IsTransient(new AggregateException(new InvalidOperationException("a bug"), Postgres("53300"))).Should().BeTrue();
        ((string[])["53300", "57P01", "57P02", "57P03", "40001", "40P01", "55P03", "57014", "25006", "08006"])
            .Should().AllSatisfy(state => faults.IsTransient(Postgres(state)).Should().BeTrue());
        ((int[])[5, 6]).Should().AllSatisfy(code => faults.IsTransient(new Microsoft.Data.Sqlite.SqliteException("busy", code)).Should().BeTrue());
        ((string[])["23505", "42P01", "22012"]).Should().AllSatisfy(state => faults.IsTransient(Postgres(state)).Should().BeFalse());
        faults.IsTransient(new InvalidOperationException("a bug")).Should().BeFalse();
        faults.IsTransient(new HttpRequestException("another server", new SocketException())).Should().BeFalse();
    }

    [Test]
    public async Task AServerWhoseNameIsNotKnown_IsAway()
    {
        // No question can hold a label of more than 63 letters, so that none is sent to a name server.
        await using var connection = new Npgsql.NpgsqlConnection($"Host={new string('h', 64)};Username=u");

        var fault = (await connection.Awaiting(c => c.OpenAsync()).Should().ThrowAsync<Exception>()).Which;

        new DatabaseFaults().IsTransient(fault).Should().BeTrue();
    }

    private AccountsHost NewHost() => new(new TestDatabase(DatabaseKind.Postgres, proxy.ConnectionString, () => Task.CompletedTask));

    private static async Task<string> TokenAsync(AccountsHost host) =>
        (await host.Services.GetRequiredService<ITokenIssuer>().IssueAsync(Ada, SessionId.New(host.Clock.GetUtcNow()), default)).Value;

    private static Npgsql.PostgresException Postgres(string state) => new("refused", "ERROR", "ERROR", state);
}
