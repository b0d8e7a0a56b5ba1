using CleanLlm.Application.Chats;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Quotas;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>What the way of a prompt costs in round trips to PostgreSQL (docs/performance.md). It counts all of the process, so nothing may run beside it.</summary>
[NonParallelizable]
internal sealed class RoundTripTests() : PersistenceTests(DatabaseKind.Postgres)
{
    private static readonly PlanLimit[] Limits =
    [
        new(QuotaMetric.Requests, QuotaWindow.Minute, 100),
        new(QuotaMetric.Tokens, QuotaWindow.Day, 10_000),
        new(QuotaMetric.Concurrency, QuotaWindow.Running, 10),
    ];

    private readonly CommandCounter counter = new();

    [OneTimeTearDown]
    public void StopListening() => counter.Dispose();

    [Test]
    public async Task AdmitAndClose_OutsideAChat_AreOneRoundTripEach()
    {
        var question = new Question(await AddUserAsync(), One.Clock.GetUtcNow());
        await question.AnswerAsync(One, "warm", Limits);
        Completion completion = null!;

        (await counter.DuringAsync(async () => completion = await question.BeginAsync(One, Limits))).Should().ContainSingle();
        (await counter.DuringAsync(() => One.Store.CloseAsync(Question.Succeed(completion, question.Now), default))).Should().ContainSingle();
    }

    [Test]
    public async Task ReadAdmitAndClose_InAChat_AreOneRoundTripEach()
    {
        var user = await AddUserAsync();
        var chat = await AddChatAsync(user);
        var warm = new Question(user, One.Clock.GetUtcNow()) { Chat = chat };
        var question = warm with { Parent = (await warm.AnswerAsync(One, "warm", Limits)).Turn!.AnswerId, FollowsLeaf = true };
        var reader = One.Services.GetRequiredService<IConversationReader>();
        Completion completion = null!;

        (await counter.DuringAsync(async () => (await reader.ReadAsync(chat, user, null, 200, default)).IsSuccess.Should().BeTrue()))
            .Should().ContainSingle();
        (await counter.DuringAsync(async () => completion = await question.BeginAsync(One, Limits))).Should().ContainSingle();
        (await counter.DuringAsync(() => One.Store.CloseAsync(Question.Succeed(completion, question.Now), default))).Should().ContainSingle();
    }

    [Test]
    public async Task ARefusal_IsTwoRoundTrips_WithoutALock()
    {
        var question = new Question(await AddUserAsync(), One.Clock.GetUtcNow());
        PlanLimit one = new(QuotaMetric.Requests, QuotaWindow.Day, 1);
        await question.AnswerAsync(One, "the only one", one);

        (await counter.DuringAsync(async () => (await question.AdmitAsync(One, one)).Admission.IsSuccess.Should().BeFalse()))
            .Should().HaveCount(2).And.NotContain(sql => sql.Contains("FOR UPDATE"));
    }

    [Test]
    public async Task TheSubscription_WhenWarm_CostsNone()
    {
        await One.StartAsync();
        var user = await AddUserAsync();
        var plans = One.Services.GetRequiredService<IPlanLookup>();

        (await counter.DuringAsync(async () => await plans.PlanOfAsync(user, default))).Should().HaveCount(2);
        (await counter.DuringAsync(async () => await plans.PlanOfAsync(user, default))).Should().BeEmpty();
    }

    [Test]
    public async Task Lists_AreOneRoundTrip()
    {
        var user = await AddUserAsync();
        var chat = await AddChatAsync(user);

        (await counter.DuringAsync(() => One.InScopeAsync<IChatQueries, object>(async chats => await chats.ListAsync(user, null, null, 20, default))))
            .Should().ContainSingle();
        (await counter.DuringAsync(() => One.InScopeAsync<IChatQueries, object?>(async chats => await chats.ListMessagesAsync(chat, user, null, 20, default))))
            .Should().ContainSingle();
        (await counter.DuringAsync(() => One.InScopeAsync<IChatQueries, object?>(async chats => await chats.ListSiblingsAsync(chat, user, default, default))))
            .Should().ContainSingle();
        (await counter.DuringAsync(() => One.InScopeAsync<IChatQueries, object?>(async chats => await chats.FindAsync(chat, user, default))))
            .Should().ContainSingle();
        (await counter.DuringAsync(() => One.InScopeAsync<IChatRepository, object?>(async chats => await chats.FindNewestLeafAsync(chat, default, default))))
            .Should().ContainSingle();
    }
}
