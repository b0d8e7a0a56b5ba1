using System.Globalization;
using CleanLlm.Application.Administration;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Access;
using CleanLlm.WebApi.FunctionalTests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.Statements;

/// <summary>
/// No statement on a request's way reads through a table that grows: the real program answers every route, to a user who has much of everything,
/// and the database tells how it read (docs/decisions/0046-no-scans.md).
/// </summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class StatementTests(DatabaseKind kind)
{
    private const int FewestStatements = 120;

    [Test]
    public async Task NoStatement_ReadsThroughATableThatGrows()
    {
        using IStatementRecord record = kind == DatabaseKind.Postgres ? new PostgresPlans() : new SqlitePlans();
        await using var api = await CleanLlmApi.StartAsync(
            kind, [.. record.Settings, new("Titles:Enabled", "true"), new("Titles:FromQuestion", "true"), new("Auth:RefreshRetrySeconds", "60")],
            services => services.AddSingleton<IContentEncryption>(provider => new WithoutPass(provider.GetRequiredService<ContentUpkeep>())));
        using var stage = new AccessStage(api);
        await stage.SetAsync();
        if (kind == DatabaseKind.Postgres)
        {
            await SeededRows.AddAsync(api.Database, stage.Owner.UserId, stage.Other.UserId);
            await ReadPlainContentAsync(api);
        }

        record.Begin(api.Database.ConnectionString);
        await CallEveryRouteAsync(stage);
        await new FurtherCalls(stage).MakeAsync();
        await Upkeep.RunAsync(api.Services);
        var (faults, statements) = await record.EndAsync();

        await TestContext.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{statements} different statements"));
        statements.Should().BeGreaterThan(FewestStatements, "otherwise not all of them were seen");
        faults.Should().BeEmpty();
    }

    // The seeded rows are as a version without encryption has left them.
    private static async Task ReadPlainContentAsync(CleanLlmApi api)
    {
        await api.Database.ExecuteAsync("DELETE FROM encrypted_columns");
        await using var database = await api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        await api.Services.GetRequiredService<PlainColumns>().LoadAsync(database, default);
    }

    private static async Task CallEveryRouteAsync(AccessStage stage)
    {
        foreach (var (route, row) in AccessMatrix.Rows)
        {
            using var own = row.EndsSession ? new AccessStage(stage.Api) : null;
            await (own?.SetAsync() ?? Task.CompletedTask);
            var here = own ?? stage;
            var caller = await here.CallerAsync(row.Audience switch
            {
                Audience.Public => CallerKind.Anonymous,
                Audience.Admin => CallerKind.Admin,
                _ => CallerKind.Owner,
            });
            var path = await row.Path(here);
            // The copy of an account is as long as the account: that of another user does.
            if (path.EndsWith("/export", StringComparison.Ordinal))
                caller = here.Other;
            var answer = await caller.SendAsync(new HttpMethod(route.Split(' ')[0]), path, row.Body is null ? null : await row.Body(here), row.Headers);
            ((int)answer.Status).Should().Be(row.Status, "{0} answered {1}", route, answer.Body);
        }
    }

    // A pass would encrypt all of the seeded rows, beside the calls.
    private sealed class WithoutPass(IContentEncryption encryption) : IContentEncryption
    {
        public void Begin()
        {
        }

        public Task<EncryptionPass> RunAsync(CancellationToken ct) => Task.FromResult(EncryptionPass.Nothing);

        public Task<EncryptionStatusDto> StatusAsync(CancellationToken ct) => encryption.StatusAsync(ct);
    }
}
