using AutoMapper;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Sessions;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.IntegrationTests.Administration;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

/// <summary>The export is read in batches, and nothing is lost or doubled where one ends.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class ExportTests(DatabaseKind kind) : AccountsTests(kind)
{
    private const int Batch = 200;

    // Empty chats, full batches, chats that end with a batch and chats that a batch ends in.
    private static readonly int[] Sizes = [0, 1, Batch - 1, 0, Batch, 0, Batch + 1, 2 * Batch, 3, 2, 1, (3 * Batch) + 7, 0];

    private User user = null!;

    [SetUp]
    public async Task FillAsync()
    {
        await AuditLines.ClearAsync(Database);
        await Database.ExecuteAsync("DELETE FROM usage_ledger");
        await Database.ExecuteAsync("DELETE FROM quota_counters");
        var now = One.Clock.GetUtcNow();
        user = User.Register("ada@example.org", "Ada", now).Value;
        user.SignIn(now);
        await One.InScopeAsync<AppDbContext, int>(database =>
        {
            database.Add(user);
            return database.SaveChangesAsync();
        });
        // The messages are made inside the database, in plain text, as a version without encryption has left them.
        await One.ReadPlainContentAsync();
    }

    [Test]
    public async Task Messages_AreAllThere_OldestFirst_WhereverBatchesEnd()
    {
        // More chats than are read together: the sizes come several times.
        List<(ChatId Id, int Size)> chats = [];
        for (var i = 0; i < 5 * Sizes.Length; i++)
            chats.Add((await AddChatAsync(i), Sizes[i % Sizes.Length]));
        for (var i = 0; i < chats.Count; i++)
        {
            if (chats[i].Size > 0)
                await BigAccount.AddMessagesAsync(Database, chats[i].Id, i, chats[i].Size);
        }

        List<(ChatId Id, int Size)> seen = [];
        await foreach (var chat in Export().Chats)
        {
            var messages = await chat.Messages.Select(message => message.Content).ToListAsync();
            messages.Should().Equal(Enumerable.Range(1, messages.Count).Select(i => $"message {i}"));
            seen.Add((chat.Id, messages.Count));
        }

        seen.Should().BeEquivalentTo(chats);
    }

    [Test]
    public async Task EveryOtherList_IsWholeToo()
    {
        var now = One.Clock.GetUtcNow();
        await BigAccount.AddChargesAsync(Database, user.Id, 1, (2 * Batch) + 1);
        await One.InScopeAsync<AppDbContext, int>(database =>
        {
            for (var i = 0; i <= Batch; i++)
            {
                database.Add(Session.Open(user.Id, default, $"hash {i}", new AuthOptions().SessionLifetime, now.AddMinutes(i)));
                foreach (var window in (QuotaWindow[])[QuotaWindow.Minute, QuotaWindow.Day])
                {
                    foreach (var metric in (QuotaMetric[])[QuotaMetric.Requests, QuotaMetric.Tokens])
                        database.Add(new QuotaCounter(QuotaSubjectId.Of(user.Id, null), metric, window, now.AddMinutes(i)));
                }
            }

            return database.SaveChangesAsync();
        });
        var other = Guid.CreateVersion7();
        await AuditLines.AddAsync(One, [.. Enumerable.Range(0, (3 * Batch) + 1).Select(i => new AuditEvent(
            AuditActions.SignedIn, i % 3 == 0 ? null : user.Id.Value, i % 3 == 1 ? other : user.Id.Value))]);

        var export = Export();

        (await export.Usage.Select(entry => entry.PromptTokens).ToListAsync()).Should().Equal(Enumerable.Range(1, (2 * Batch) + 1));
        (await export.Sessions.Select(session => session.CreatedAt).ToListAsync()).Should().HaveCount(Batch + 1).And.BeInAscendingOrder().And.OnlyHaveUniqueItems();
        (await export.QuotaCounters.Select(counter => (counter.Metric, counter.Window, counter.PeriodStart)).ToListAsync())
            .Should().HaveCount(4 * (Batch + 1)).And.OnlyHaveUniqueItems();
        (await export.AuditLog.CountAsync()).Should().Be((3 * Batch) + 1);
        export.Profile.LastSignInAt.Should().Be(now);
    }

    [Test]
    public async Task AReaderWhoLeaves_EndsTheReading()
    {
        var chat = await AddChatAsync(0);
        await BigAccount.AddMessagesAsync(Database, chat, 1, 2 * Batch);
        using var leaving = new CancellationTokenSource();
        await using var chats = Export().Chats.GetAsyncEnumerator(leaving.Token);
        await chats.MoveNextAsync();
        await using var messages = chats.Current.Messages.GetAsyncEnumerator(leaving.Token);
        await messages.MoveNextAsync();

        await leaving.CancelAsync();

        var read = 1;
        await FluentActions.Awaiting(async () =>
        {
            while (await messages.MoveNextAsync())
                read++;
        }).Should().ThrowAsync<OperationCanceledException>();
        read.Should().Be(Batch, "no further batch is read");
    }

    private AccountExportDto Export() =>
        One.Services.GetRequiredService<IAccountExport>().Of(
            One.Services.GetRequiredService<IMapper>().Map<ExportedProfileDto>(user), One.Clock.GetUtcNow());

    private Task<ChatId> AddChatAsync(int place) => One.InScopeAsync<AppDbContext, ChatId>(async database =>
    {
        var chat = Chat.Open(user.Id, $"Chat {place}", null, null, One.Clock.GetUtcNow()).Value;
        database.Add(chat);
        await (await One.Services.GetRequiredService<DataKeys>().OfAsync(user.Id, default)).SaveAsync(database, default);
        return chat.Id;
    });
}
