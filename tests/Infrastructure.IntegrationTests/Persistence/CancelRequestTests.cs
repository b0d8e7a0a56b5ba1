using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Usage;
using CleanLlm.Testing.Databases;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>A cancel that came to another instance than the one that runs the completion goes over the database, for as long as it runs.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class CancelRequestTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private static readonly PlanLimit[] Limits = [new(QuotaMetric.Tokens, QuotaWindow.Day, 10_000)];

    private const string Requested = "SELECT count(*) FROM completions WHERE cancel_requested";

    private Question Somebody => new(UserId.New(One.Clock.GetUtcNow()), One.Clock.GetUtcNow());

    [Test]
    public async Task Request_IsSeenByTheOtherInstance_OfThatCompletionOnly()
    {
        var (wanted, other) = (await Somebody.BeginAsync(One, Limits), await Somebody.BeginAsync(One, Limits));

        await Two.Store.RequestCancelAsync(wanted.Id, default);
        await Two.Store.RequestCancelAsync(wanted.Id, default);

        (await One.Store.ListCancelRequestedAsync([wanted.Id, other.Id], default)).Should().Equal(wanted.Id);
        (await One.Store.ListCancelRequestedAsync([other.Id], default)).Should().BeEmpty("it is another instance's");
    }

    [Test]
    public async Task Request_EndsWithTheCompletion(
        [Values(CompletionStatus.Succeeded, CompletionStatus.Failed, CompletionStatus.Cancelled)] CompletionStatus status)
    {
        var question = Somebody;
        var completion = await question.BeginAsync(One, Limits);
        await Two.Store.RequestCancelAsync(completion.Id, default);
        (await Database.ScalarAsync(Requested)).Should().Be(1);

        (await One.Store.CloseAsync(Close(completion, status, question.Now), default)).Should().NotBeNull();

        (await One.Store.ListCancelRequestedAsync([completion.Id], default)).Should().BeEmpty();
        (await Database.ScalarAsync(Requested)).Should().Be(0);
    }

    [Test]
    public async Task Request_ForOneThatHasEnded_ChangesNothing()
    {
        var completion = await Somebody.AnswerAsync(One, "answer", Limits);
        var before = await RowAsync();

        await Two.Store.RequestCancelAsync(completion.Id, default);

        (await RowAsync()).Should().Be(before);
        (await One.Store.ListCancelRequestedAsync([completion.Id], default)).Should().BeEmpty();
        await Ledger.ShouldBalanceAsync(One);
    }

    private async Task<string> RowAsync() => string.Join('|', await Database.TextAsync("SELECT CAST(status AS text) FROM completions"),
        await Database.TextAsync("SELECT CAST(completion_tokens AS text) FROM completions"),
        await Database.TextAsync("SELECT CAST(cancel_requested AS text) FROM completions"),
        await Database.TextAsync("SELECT CAST(count(*) AS text) FROM usage_ledger"));

    private static CompletionClosing Close(Completion completion, CompletionStatus status, DateTimeOffset now) => status switch
    {
        CompletionStatus.Succeeded => Question.Succeed(completion, now),
        CompletionStatus.Cancelled => completion.Cancel("answer", new TokenCount(10, 5, UsageBasis.Partial), modelWasAsked: true, now),
        _ => completion.Fail(CompletionErrors.Fault, "answer", new TokenCount(10, 5, UsageBasis.Partial), now),
    };
}
