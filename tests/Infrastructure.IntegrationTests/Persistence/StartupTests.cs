using System.Collections.Concurrent;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Quotas;
using CleanLlm.Testing.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>What happens before the first request, on a database that does not know us yet.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class StartupTests(DatabaseKind kind)
{
    private static readonly KeyValuePair<string, string?>[] NewPlans =
        [new("Plans:0:Name", "free"), new("Plans:0:Default", "true"), new("Plans:1:Name", "paid")];

    private readonly DatabaseKind kind = kind;
    private TestDatabase database = null!;

    [SetUp]
    public async Task MakeDatabaseAsync() => database = await TestDatabases.CreateAsync(kind);

    [TearDown]
    public async Task DropDatabaseAsync() => await database.DisposeAsync();

    [Test]
    public async Task Model_IsWhatTheMigrationsMake()
    {
        await using var host = await StartAsync();

        (await host.InDatabaseAsync(db => Task.FromResult(db.Database.HasPendingModelChanges()))).Should().BeFalse();
        (await host.InDatabaseAsync(db => db.Database.GetPendingMigrationsAsync())).Should().BeEmpty();
    }

    [Test]
    public async Task Start_OnANewDatabase_LogsNoTrouble()
    {
        await using var host = new PersistenceHost(database);
        using var log = new TroubleLog();
        host.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);

        await host.StartAsync();

        log.Entries.Should().BeEmpty();
        await host.Awaiting(h => h.InDatabaseAsync(db => db.Database.ExecuteSqlRawAsync("SELECT * FROM absent"))).Should().ThrowAsync<Exception>();
        log.Entries.Should().NotBeEmpty("this log hears of trouble");
    }

    [Test]
    public async Task Start_WithoutPlans_MakesOneGenerousDefault_Once()
    {
        await using (await StartAsync())
        await using (await StartAsync())
        {
        }

        await using var host = await StartAsync();
        var plan = (await PlansAsync(host)).Should().ContainSingle().Subject;
        plan.Should().BeEquivalentTo(new { Name = "default", IsDefault = true });
        plan.Limits.Should().NotBeEmpty();
    }

    [Test]
    public async Task Start_OfSeveralInstancesAtOnce_Succeeds([Values] bool migrated)
    {
        var instances = kind == DatabaseKind.Sqlite ? 1 : 8; // a SQLite file belongs to one process
        if (migrated)
            await (await StartAsync()).DisposeAsync();
        PersistenceHost[] hosts = [.. Enumerable.Range(0, instances).Select(_ => new PersistenceHost(database, NewPlans))];

        try
        {
            await hosts.Awaiting(all => Task.WhenAll(all.Select(host => Task.Run(host.StartAsync)))).Should().NotThrowAsync();
            (await PlansAsync(hosts[0])).Where(plan => plan.IsDefault).Should().ContainSingle().Which.Name.Should().Be("free");
        }
        finally
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    [Test]
    public async Task Start_WithPlans_CreatesThem()
    {
        await using var host = await StartAsync(
            ("Plans:0:Name", "free"), ("Plans:0:Default", "true"), ("Plans:0:Concurrency", "2"), ("Plans:0:AllowedModels:0", "small"),
            ("Plans:0:MaxOutputTokens", "500"), ("Plans:0:Limits:0:Metric", "tokens"), ("Plans:0:Limits:0:Window", "day"), ("Plans:0:Limits:0:Amount", "1000"),
            ("Plans:0:RequestRates:0:Class", "costly"), ("Plans:0:RequestRates:0:PerMinute", "9"), ("Plans:0:RequestRates:0:PerMinuteOfKey", "3"), ("Plans:0:History", "summarize"),
            ("Plans:1:Name", "paid"));

        var plans = await PlansAsync(host);

        plans.Select(plan => (plan.Name, plan.IsDefault)).Should().Equal(("free", true), ("paid", false));
        plans[0].Terms.Should().BeEquivalentTo(
            new PlanTerms("free", IsDefault: true, 2, ["small"], 500, [new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Day, 1000)])
            {
                RequestRates = [new RequestRate(RequestClass.Costly, 9, 3)],
                History = HistoryMode.Summarize,
            });
        plans[1].RequestRates.Should().BeEmpty();
    }

    [Test]
    public async Task Start_WithOtherTerms_UpdatesThePlanAndKeepsItsId()
    {
        await using var before = await StartAsync(("Plans:0:Name", "free"), ("Plans:0:Default", "true"), ("Plans:0:Concurrency", "2"));
        await using var after = await StartAsync(("Plans:0:Name", "free"), ("Plans:0:Default", "true"), ("Plans:0:MaxOutputTokens", "9"));

        (await PlansAsync(after)).Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { (await PlansAsync(before))[0].Id, Concurrency = (int?)null, MaxOutputTokens = 9 });
    }

    [Test]
    public async Task Start_WithAnotherDefault_MovesIt()
    {
        await using var before = await StartAsync();
        await using var after = await StartAsync(("Plans:0:Name", "paid"), ("Plans:0:Default", "true"));

        (await PlansAsync(after)).Select(plan => (plan.Name, plan.IsDefault)).Should().Equal(("default", false), ("paid", true));
    }

    [Test]
    public async Task Start_WithAPlanThatCannotBe_SaysWhichAndWhy() =>
        (await this.Awaiting(_ => StartAsync(
            ("Plans:0:Name", "free"), ("Plans:0:Default", "true"), ("Plans:0:Limits:0:Metric", "concurrency"), ("Plans:0:Limits:0:Window", "day")))
            .Should().ThrowAsync<OptionsValidationException>()).WithMessage("*Plans:0:Limits:0:Metric must be one of*");

    [Test]
    public async Task Start_AfterACrash_ClosesWhatWasLeftRunning()
    {
        await using var crashed = await StartAsync();
        var question = new Question(UserId.New(crashed.Clock.GetUtcNow()), crashed.Clock.GetUtcNow());
        await question.BeginAsync(crashed, new PlanLimit(QuotaMetric.Requests, QuotaWindow.Day, 5));

        await using var next = await StartAsync();

        // In PostgreSQL another instance may be running it, so it keeps its lease.
        (await database.ScalarAsync("SELECT count(*) FROM completions WHERE status = 2")).Should().Be(kind == DatabaseKind.Sqlite ? 0 : 1);
        (await database.ScalarAsync("SELECT sum(reserved) FROM quota_counters")).Should().Be(kind == DatabaseKind.Sqlite ? 0 : 1);
        await Ledger.ShouldBalanceAsync(next);
    }

    [Test]
    public async Task Start_WhenALeaseHasRunOut_ClosesItsCompletion_WhereNoOtherInstanceCanRenewIt()
    {
        await using var crashed = await StartAsync();
        var now = crashed.Clock.GetUtcNow();
        await new Question(UserId.New(now), now).BeginAsync(crashed);
        await database.EndLeasesAsync();

        await using var next = await StartAsync();

        // On PostgreSQL the lease may have run out in an outage, so the sweeps close it once living instances could renew.
        (await database.ScalarAsync("SELECT count(*) FROM completions WHERE status = 2")).Should().Be(kind == DatabaseKind.Sqlite ? 0 : 1);
        await next.Abandoned.CloseAsync(default);
        (await database.TextAsync("SELECT error_code FROM completions")).Should().Be("completion.interrupted");
    }

    private static Task<List<Plan>> PlansAsync(PersistenceHost host) =>
        host.InDatabaseAsync(db => db.Plans.AsNoTracking().OrderBy(plan => plan.Name).ToListAsync());

    private async Task<PersistenceHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var host = new PersistenceHost(database, settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        await host.StartAsync();
        return host;
    }

    /// <summary>What is logged as a warning or worse.</summary>
    private sealed class TroubleLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Entries { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Entries.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
