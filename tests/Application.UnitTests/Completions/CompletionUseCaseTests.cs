using CleanLlm.Application.Callers;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Following;
using CleanLlm.Application.Completions.Queries;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Completions;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CompletionUseCaseTests : IDisposable
{
    private readonly RunnerFixture fixture = new();
    private readonly ICurrentUser user = Substitute.For<ICurrentUser>();
    private readonly ICurrentApiKey key = Substitute.For<ICurrentApiKey>();

    [SetUp]
    public void SignIn() => user.Id.Returns(fixture.UserId);

    public void Dispose() => fixture.Dispose();

    [TestCase("hi", 0f, 1, true)]
    [TestCase("hi", 2f, null, true)]
    [TestCase("", 1f, 1, false)]
    [TestCase(null, 1f, 1, false)]
    [TestCase("hi", 2.1f, 1, false)]
    [TestCase("hi", float.NaN, 1, false)]
    [TestCase("hi", 1f, 0, false)]
    public void Complete_BoundsItsValues(string? prompt, float temperature, int? maxTokens, bool valid) =>
        new CompleteValidator().Validate(Complete(prompt!) with { Temperature = temperature, MaxTokens = maxTokens }).IsValid.Should().Be(valid);

    [Test]
    public void Complete_BoundsPromptAndModel()
    {
        new CompleteValidator().Validate(Complete(new string('a', Message.ContentMaxLength + 1))).IsValid.Should().BeFalse();
        new CompleteValidator().Validate(Complete("hi") with { Model = new string('m', 201) }).IsValid.Should().BeFalse();
    }

    [Test]
    public async Task Complete_WithAnApiKey_NamesItAndAddsItsLimit()
    {
        var limit = new PlanLimit(QuotaMetric.Tokens, QuotaWindow.Month, 1_000) { Key = ApiKeyId.New(fixture.Clock.GetUtcNow()) };
        key.Key.Returns(new ApiKeyAccess(limit.Key.Value, fixture.UserId, ApiKeyScopes.Completions, limit));
        fixture.Model.Says("Hello!").Ends();

        var run = (await new CompleteHandler(fixture.Runner, user, key).Handle(Complete("hello"), default)).Value.Run!;
        await RunnerFixture.EndOfAsync(run);

        var admitted = fixture.Store.Admitted.Should().ContainSingle().Subject;
        admitted.ApiKeyId.Should().Be(limit.Key);
        admitted.Reservation.Should().BeNull("it has ended");
        run.Limits.Should().ContainSingle(state => state.IsOfKey).Which.Limit.Should().Be(1_000);
        fixture.Store.Closings.Should().ContainSingle().Which.Entry!.ApiKeyId.Should().Be(limit.Key);
    }

    [Test]
    public async Task Complete_AsksForTheCaller()
    {
        fixture.Model.Says("Hello!").Ends();
        var request = Complete("hello") with { Model = "large", Temperature = 0.25f, MaxTokens = 9, Store = false };

        var run = (await new CompleteHandler(fixture.Runner, user, key).Handle(request, default)).Value.Run!;
        await RunnerFixture.EndOfAsync(run);

        fixture.Model.Calls.Should().ContainSingle().Which.Options.Should().BeEquivalentTo(
            new { ModelId = "large", Temperature = 0.25f, MaxOutputTokens = 9 });
        fixture.Store.Admitted.Should().ContainSingle().Which.Should().BeEquivalentTo(new { fixture.UserId, Store = false, Turn = (ChatTurn?)null });
    }

    [Test]
    public async Task GetCompletion_FindsTheCallersOwn_OrNone()
    {
        var handler = new GetCompletionHandler(fixture, new CompletionAccess(fixture, key), user);
        (await handler.Handle(new GetCompletion(default), default)).Error.Should().Be(CompletionErrors.NotFound);

        fixture.Model.Says("Hello!").Ends();
        fixture.Stored = (await fixture.CompleteAsync(fixture.Ask())).Value;

        (await handler.Handle(new GetCompletion(fixture.Stored.Id), default)).Value.Should().Be(fixture.Stored);
    }

    [TestCase(ApiKeyScopes.Completions, false, true)]
    [TestCase(ApiKeyScopes.ChatsWrite, false, false)]
    [TestCase(ApiKeyScopes.ChatsWrite, true, true)]
    [TestCase(ApiKeyScopes.ChatsRead, true, false)]
    public async Task ACompletion_IsReached_ByAKeyOfItsScope_OrByTheKeyThatAskedInAChat(ApiKeyScopes scopes, bool asked, bool reached)
    {
        fixture.Model.Says("Hello!").Ends();
        var run = (await fixture.StartAsync(fixture.Ask())).Value;
        fixture.Stored = (await RunnerFixture.EndOfAsync(run)).Value;
        var used = ApiKeyId.New(fixture.Clock.GetUtcNow());
        key.Key.Returns(new ApiKeyAccess(used, fixture.UserId, scopes, Limit: null));
        fixture.AskedInChatWith = asked ? used : ApiKeyId.New(fixture.Clock.GetUtcNow());
        var access = new CompletionAccess(fixture, key);

        var found = await new GetCompletionHandler(fixture, access, user).Handle(new GetCompletion(run.Id), default);
        var cancelled = await new CancelCompletionHandler(fixture.Running, fixture.Store, fixture, access, user).Handle(new CancelCompletion(run.Id), default);
        var followed = await new FollowCompletionHandler(fixture.Feed, access, user)
            .Handle(new FollowCompletion(run.Id, LastEventId: null, TimeSpan.FromSeconds(1)), default);

        foreach (var error in new[] { found.Error, cancelled.Error, followed.Error })
            error.Should().Be(reached ? null : CompletionErrors.NotFound);
        fixture.Store.CancelRequests.Should().HaveCount(reached ? 1 : 0);
    }

    [TestCase(120, 5, 5)]
    [TestCase(4, 5, 2)]
    [TestCase(5, 5, 2.5)]
    public void CheckpointInterval_IsAtMostHalfTheLease(int lease, int checkpoint, double expected) =>
        new CompletionOptions { LeaseSeconds = lease, CheckpointSeconds = checkpoint }.CheckpointInterval.TotalSeconds.Should().Be(expected);

    private static Complete Complete(string prompt) => new(prompt, Model: null, Temperature: null, MaxTokens: null, Store: true, Cache: null, Stream: false);
}
