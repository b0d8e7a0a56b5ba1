using System.Globalization;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Messages;
using CleanLlm.Application.Paging;
using CleanLlm.Application.Quotas;
using CleanLlm.Application.Usage;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class QueryTests(DatabaseKind kind) : PersistenceTests(kind)
{
    [Test]
    public async Task Chats_AreFoundByTheirOwnerOnly()
    {
        var user = await AddUserAsync();
        var chat = await AddChatAsync(user, "Title");

        (await InChatsAsync(chats => chats.FindAsync(chat, user, default))).Should().BeEquivalentTo(
            new { Id = chat, Title = "Title", Model = "chat-model", MessageCount = 0, CreatedAt = One.Clock.GetUtcNow(), UpdatedAt = One.Clock.GetUtcNow() });
        (await InChatsAsync(chats => chats.FindAsync(chat, UserId.New(One.Clock.GetUtcNow()), default))).Should().BeNull();
    }

    [Test]
    public async Task Chats_OfOneMoment_ArePagedWithoutGapOrRepeat()
    {
        var (user, stranger) = (await AddUserAsync(), await AddUserAsync());
        var wanted = new List<ChatId>();
        for (var i = 0; i < 25; i++)
            wanted.Add(await AddChatAsync(user));
        await AddChatAsync(stranger);

        var seen = new List<ChatId>();
        Cursor? after = null;
        for (var more = true; more;)
        {
            var page = await InChatsAsync(chats => chats.ListAsync(user, null, after, 7, default));
            page.Items.Should().HaveCountLessThanOrEqualTo(7);
            seen.AddRange(page.Items.Select(chat => chat.Id));
            more = Cursor.TryParse(page.NextCursor, out var next);
            after = next;
            // What is opened meanwhile is newer than the pages to come.
            One.Clock.Advance(TimeSpan.FromSeconds(1));
            await AddChatAsync(user);
        }

        seen.Should().Equal(wanted.OrderDescending());
    }

    [Test]
    public async Task Chats_AreListedNewestActivityFirst_AndEndWithoutACursor()
    {
        var user = await AddUserAsync();
        var first = await AddChatAsync(user);
        One.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await AddChatAsync(user);
        One.Clock.Advance(TimeSpan.FromSeconds(1));
        await SayAsync(user, first, null, "q");

        var page = await InChatsAsync(chats => chats.ListAsync(user, null, null, 2, default));

        page.Items.Select(chat => chat.Id).Should().Equal(first, second);
        page.NextCursor.Should().BeNull();
    }

    [Test]
    public async Task Messages_ArePagedAlongTheActiveBranch_NewestFirst()
    {
        var user = await AddUserAsync();
        var chat = await AddChatAsync(user);
        var first = await SayAsync(user, chat, null, "q1");
        await SayAsync(user, chat, first, "left aside");
        await SayAsync(user, chat, first, "q2");

        var page = (await ListAsync(chat, user, null, 3))!;
        page.Items.Select(message => message.Content).Should().Equal("re: q2", "q2", "re: q1");
        page.Items[0].Should().BeEquivalentTo(
            new { ParentId = page.Items[1].Id, Role = MessageRole.Assistant, Model = "model", PromptTokens = 10, CompletionTokens = 5, Feedback = (object?)null });
        page.Items[1].Should().BeEquivalentTo(new { ParentId = first, Role = MessageRole.User, Model = (string?)null, PromptTokens = (int?)null });

        Cursor.TryParse(page.NextCursor, out var next).Should().BeTrue();
        var rest = (await ListAsync(chat, user, new MessageId(next.Id), 3))!;
        rest.Items.Select(message => message.Content).Should().Equal("q1");
        rest.NextCursor.Should().BeNull();
    }

    [Test]
    public async Task Messages_OfAnEmptyAForeignAndAnAbsentChat()
    {
        var user = await AddUserAsync();
        var (empty, full) = (await AddChatAsync(user), await AddChatAsync(user));
        var elsewhere = await SayAsync(user, full, null, "q");

        (await ListAsync(empty, user, null, 20))!.Items.Should().BeEmpty();
        (await ListAsync(empty, user, elsewhere, 20))!.Items.Should().BeEmpty("a message of another chat is none of this one");
        (await ListAsync(full, await AddUserAsync(), null, 20)).Should().BeNull();
        (await ListAsync(ChatId.New(One.Clock.GetUtcNow()), user, null, 20)).Should().BeNull();
    }

    [Test]
    public async Task Completion_WhileItRuns_ShowsWhatTheCheckpointSaw()
    {
        var question = new Question(await AddUserAsync(), One.Clock.GetUtcNow());
        var completion = await question.BeginAsync(One);
        (await FindAsync(completion, question.User))!.Should().BeEquivalentTo(new { Status = CompletionStatus.Running, Message = (object?)null });

        await One.Store.RenewAsync(completion.Checkpoint("ans", new TokenCount(0, 2, UsageBasis.Partial)));

        (await FindAsync(completion, question.User))!.Message!.Content.Should().Be("ans");
    }

    [Test]
    public async Task Completion_ShowsItsAnswer_InAChatAndOutside([Values] bool inChat)
    {
        var user = await AddUserAsync();
        var question = new Question(user, One.Clock.GetUtcNow()) { Chat = inChat ? await AddChatAsync(user) : null };
        var completion = await question.AnswerAsync(One, "answer");

        (await FindAsync(completion, user)).Should().BeEquivalentTo(CompletionDto.From(completion, "answer"));
        (await FindAsync(completion, await AddUserAsync())).Should().BeNull("it is somebody else's");
    }

    [Test]
    public async Task Completion_ThatWasNotToBeStored_ShowsNoText()
    {
        var question = new Question(await AddUserAsync(), One.Clock.GetUtcNow()) { Store = false };
        var completion = await question.AnswerAsync(One, "answer");

        (await FindAsync(completion, question.User))!.Should().BeEquivalentTo(
            new { Message = (object?)null, Status = CompletionStatus.Succeeded, Usage = new { TotalTokens = 15 } });
        (await Database.ScalarAsync("SELECT count(*) FROM completions WHERE prompt IS NOT NULL OR answer IS NOT NULL")).Should().Be(0);
    }

    [Test]
    public async Task Quota_WhenAllWindowsBeginTogether_ShowsEachWindowItsOwnPeriod()
    {
        var march = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        PlanLimit[] limits = [.. Enum.GetValues<QuotaWindow>().Skip(1).Select(window => new PlanLimit(QuotaMetric.Requests, window, 10))];
        var question = new Question(await AddUserAsync(), march.AddTicks(-10));
        await question.AnswerAsync(One, "in February", limits);

        (await CurrentAsync(question.User, march)).Should().BeEmpty();
        await (question with { Now = march }).AnswerAsync(One, "in March", [.. limits, new(QuotaMetric.Concurrency, QuotaWindow.Running, 2)]);

        var counters = await CurrentAsync(question.User, march.AddSeconds(59));
        counters.Select(counter => counter.Window).Should().BeEquivalentTo(Enum.GetValues<QuotaWindow>());
        counters.Where(counter => counter.Metric == QuotaMetric.Requests).Should().HaveCount(4).And.OnlyContain(counter => counter.Used == 1);
        (await CurrentAsync(question.User, march.AddMinutes(1))).Select(counter => counter.Window).Should().NotContain(QuotaWindow.Minute);
        (await CurrentAsync(await AddUserAsync(), march)).Should().BeEmpty();
    }

    [TestCase(UsageGrouping.Day)]
    [TestCase(UsageGrouping.Model)]
    public async Task Usage_IsTheSumOfTheLedger_WhereverARangeBeginsAndEnds(UsageGrouping by)
    {
        var user = await AddUserAsync();
        await new Question(await AddUserAsync(), One.Clock.GetUtcNow()).AnswerAsync(One, "another's");
        DateTimeOffset[] asked = [.. Enumerable.Range(0, 10).Select(i => One.Clock.GetUtcNow().AddHours(7 * i))];
        foreach (var now in asked.Append(asked[5]))
            await new Question(user, now).AnswerAsync(One, "answer");
        DateTimeOffset[] bounds = [.. asked, .. asked.Select(moment => new DateTimeOffset(moment.UtcDateTime.Date, TimeSpan.Zero)).Distinct(), asked[^1].AddDays(1)];

        foreach (var (from, to) in from first in bounds from last in bounds where first < last select (first, last))
        {
            var lines = await One.InScopeAsync<IUsageQueries, IReadOnlyList<UsageLineDto>>(usage => usage.SumAsync(user, from, to, by, default));

            var wanted = asked.Append(asked[5]).Where(moment => moment >= from && moment < to)
                .GroupBy(moment => by == UsageGrouping.Day ? $"{moment:yyyy-MM-dd}" : "model").OrderBy(line => line.Key, StringComparer.Ordinal);
            lines.Should().Equal(
                wanted.Select(line => new UsageLineDto(line.Key, line.Count(), 10 * line.Count(), 0, 5 * line.Count(), 0, lines.First(found => found.Key == line.Key).CostMicros)),
                "it is asked from {0} to {1}", from, to);
        }
    }

    [TestCase("9999-12-31T10:00:00Z", "9999-12-31T20:00:00Z")]
    [TestCase("9999-12-31T00:00:00Z", "9999-12-31T23:59:59.9999999Z")]
    [TestCase("9999-12-29T10:00:00Z", "9999-12-31T23:59:59.9999999Z")]
    [TestCase("0001-01-01T00:00:00Z", "0001-01-01T10:00:00Z")]
    [TestCase("0001-01-01T10:00:00Z", "0001-01-02T10:00:00Z")]
    public async Task Usage_AtTheEndsOfTime_IsNone(string from, string to)
    {
        var user = await AddUserAsync();
        await new Question(user, One.Clock.GetUtcNow()).AnswerAsync(One, "answer");

        foreach (var by in Enum.GetValues<UsageGrouping>())
        {
            (await One.InScopeAsync<IUsageQueries, IReadOnlyList<UsageLineDto>>(usage => usage.SumAsync(
                user, DateTimeOffset.Parse(from, CultureInfo.InvariantCulture), DateTimeOffset.Parse(to, CultureInfo.InvariantCulture), by, default)))
                .Should().BeEmpty();
        }
    }

    private Task<IReadOnlyList<QuotaCounter>> CurrentAsync(UserId user, DateTimeOffset now) =>
        One.InScopeAsync<IQuotaQueries, IReadOnlyList<QuotaCounter>>(quotas => quotas.CurrentAsync(user, now, default));

    private Task<CompletionDto?> FindAsync(Completion completion, UserId user) =>
        One.Services.GetRequiredService<ICompletionQueries>().FindAsync(completion.Id, user, default);

    private Task<T> InChatsAsync<T>(Func<IChatQueries, Task<T>> act) => One.InScopeAsync(act);

    private Task<Page<MessageDto>?> ListAsync(ChatId chat, UserId owner, MessageId? from, int limit) =>
        InChatsAsync(chats => chats.ListMessagesAsync(chat, owner, from, limit, default));

    private async Task<MessageId> SayAsync(UserId user, ChatId chat, MessageId? parent, string question)
    {
        var asked = new Question(user, One.Clock.GetUtcNow()) { Chat = chat, Parent = parent, Prompt = question };
        return (await asked.AnswerAsync(One, $"re: {question}")).Turn!.AnswerId;
    }
}
