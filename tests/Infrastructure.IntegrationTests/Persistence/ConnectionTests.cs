using CleanLlm.Application.Completions;
using CleanLlm.Application.Settings;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Usage;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Startup;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>How many connections an instance takes of those that PostgreSQL has.</summary>
internal sealed class ConnectionTests
{
    [TestCase("Host=db", 20, 5)]
    [TestCase("Host=db;Maximum Pool Size=7;Timeout=9", 7, 9)]
    [TestCase("Host=db;MaxPoolSize=7", 7, 5)]
    [TestCase("Host=db;Maximum Pool Size=1", 3, 5)]
    public void TheConnectionString_Wins(string connectionString, int most, int wait)
    {
        var connections = new PostgresConnections(connectionString, new DatabaseOptions());
        using var calls = connections.ForCalls();
        using var groups = connections.ForGroups();
        using var renewals = connections.ForRenewals();

        connections.Most.Should().Be(most);
        NpgsqlDataSource[] all = [calls, groups, renewals];
        all.Sum(source => new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize).Should().Be(most);
        new NpgsqlConnectionStringBuilder(calls.ConnectionString).Timeout.Should().Be(wait);
    }

    [TestCase("", "0")]
    [TestCase("Options=-c statement_timeout=60s -c lock_timeout=7s", "7s")]
    public async Task ARenewal_IsEndedByTheServerToo_AndTheOperatorsOptionsStay(string options, string lockTimeout)
    {
        await using var database = await TestDatabases.CreateAsync(DatabaseKind.Postgres);
        await using var renewals = new PostgresConnections($"{database.ConnectionString};{options}", new DatabaseOptions()).ForRenewals();
        await using var command = renewals.CreateCommand("SELECT current_setting('statement_timeout') || ' ' || current_setting('lock_timeout')");

        (await Renewals.RepeatedAsync(() => command.ExecuteScalarAsync())).Should().Be($"2s {lockTimeout}");
    }

    [Test]
    public void WhatARenewalMayTake_IsWhatSweepsWaitFor()
    {
        using var renewals = new PostgresConnections("Host=db", new DatabaseOptions()).ForRenewals();
        var own = new NpgsqlConnectionStringBuilder(renewals.ConnectionString);

        // It connects, sets up the connection and sends its statement.
        (own.Timeout + (2 * own.CommandTimeout)).Should().BeLessThanOrEqualTo((int)CompletionOptions.LongestRenewal.TotalSeconds);
    }

    [Test]
    public async Task ARenewalThatHangs_IsGivenUp_AndTheNextOneComesOnANewConnection()
    {
        await using var database = await TestDatabases.CreateAsync(DatabaseKind.Postgres);
        await using var proxy = DatabaseProxy.Start(database);
        // Calls may wait without a limit.
        var patient = new NpgsqlConnectionStringBuilder(proxy.ConnectionString) { Timeout = 0, CommandTimeout = 0 }.ConnectionString;
        await using var host = new PersistenceHost(new TestDatabase(DatabaseKind.Postgres, patient, () => Task.CompletedTask));
        await host.StartAsync();
        var completion = await new Question(UserId.New(host.Clock.GetUtcNow()), host.Clock.GetUtcNow()).BeginAsync(host);
        Task<IReadOnlySet<CompletionId>> RenewAsync() =>
            host.Store.CheckpointAsync([completion.Checkpoint("ans", new TokenCount(0, 2, UsageBasis.Partial))], default).WaitAsync(Patience.Limit);
        await RenewedAsync();

        proxy.Hold();
        var hangs = (await FluentActions.Awaiting(RenewAsync).Should().ThrowAsync<Exception>("the statement hangs")).Which;
        var opens = (await FluentActions.Awaiting(RenewAsync).Should().ThrowAsync<Exception>("a new connection hangs too")).Which;
        proxy.Release();

        ((Exception[])[hangs, opens]).Should().AllSatisfy(fault => new DatabaseFaults().IsTransient(fault).Should().BeTrue());
        ((Exception[])[hangs, opens]).Should().NotContain(fault => fault.StackTrace!.Contains(nameof(Task.WaitAsync)), "the renewal itself gave up");
        await RenewedAsync();

        // The server may still be at one that was given up, and hold its row.
        async Task RenewedAsync()
        {
            using var deadline = Patience.Deadline();
            while ((await Renewals.RepeatedAsync(RenewAsync)).Count != 1)
                deadline.Token.ThrowIfCancellationRequested();
        }
    }

    [Test]
    public async Task Start_WithMoreConnectionsThanTheServerAllows_IsRefusedInOneLine()
    {
        var (_, start) = Budget(100_000);

        (await start.Should().ThrowAsync<StartRefusedException>()).Which.Message
            .Should().Contain("Database__MaxConnections").And.Contain("100000").And.NotContain("\n");
    }

    [Test]
    public async Task Start_WhereTheRoleOrTheDatabaseAllowsLess_GoesByThat()
    {
        await using var database = await TestDatabases.CreateAsync(DatabaseKind.Postgres);
        await database.ExecuteAsync($"ALTER DATABASE {new NpgsqlConnectionStringBuilder(database.ConnectionString).Database} CONNECTION LIMIT 10");

        await Budget(11, database).Start.Should().ThrowAsync<StartRefusedException>();
        var (warnings, start) = Budget(4, database);
        await start.Should().NotThrowAsync();
        warnings.Should().ContainSingle().Which.Should().Contain("enough for 2 instances");
    }

    [Test]
    public async Task Start_WithTheDefault_HasRoomForSeveralInstances()
    {
        var (warnings, start) = Budget(new DatabaseOptions().MaxConnections);

        await start.Should().NotThrowAsync();
        warnings.Should().BeEmpty();
    }

    private static (List<string> Warnings, Func<Task> Start) Budget(int most, TestDatabase? database = null)
    {
        var text = new NpgsqlConnectionStringBuilder(database?.ConnectionString ?? TestServers.Postgres) { MaxPoolSize = most }.ConnectionString;
        var connections = new PostgresConnections(text, new DatabaseOptions());
        var log = new WarningLog();
        return (log.Lines, StartAsync);

        async Task StartAsync()
        {
            await using var source = connections.ForCalls();
            await new ConnectionBudget(connections, source, log).StartingAsync(default);
        }
    }

    private sealed class WarningLog : ILogger<ConnectionBudget>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
