using System.Security.Cryptography;
using System.Text;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Following;
using CleanLlm.Application.Completions.Log;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.Caching;
using CleanLlm.Infrastructure.Completions;
using CleanLlm.Infrastructure.IntegrationTests.Persistence;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NSubstitute;
using StackExchange.Redis;

namespace CleanLlm.Infrastructure.IntegrationTests.Completions;

/// <summary>A shared log that cannot be read, as another version or another key may have written it, counts as missing: the row tells the ending.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RedisCompletionEventsTests : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);
    private static readonly KeyEncryptionKeys Keys = KeysOf("one");

    private readonly EphemeralEncryptor encryptor = new(Keys);
    private readonly CompletionDto ended;
    private readonly UserId user;
    private ConnectionMultiplexer redis = null!;
    private RedisLink link = null!;

    public RedisCompletionEventsTests()
    {
        // Long enough ago for the row to be believed at once where the log says nothing.
        var question = new Question(UserId.New(TimeProvider.System.GetUtcNow()), TimeProvider.System.GetUtcNow().AddSeconds(-10));
        user = question.User;
        ended = CompletionDto.From(question.Start(), "Hello!") with { Status = CompletionStatus.Succeeded, FinishReason = FinishReason.Stop, FinishedAt = question.Now };
    }

    [SetUp]
    public async Task ConnectAsync()
    {
        redis = await ConnectionMultiplexer.ConnectAsync(await TestRedis.ConnectionStringAsync());
        link = new RedisLink(redis, TimeProvider.System, NullLogger<RedisLink>.Instance);
    }

    [TearDown]
    public async Task DisconnectAsync() => await redis.DisposeAsync();

    public void Dispose() => link.Dispose();

    [Test]
    public async Task Events_OfThisVersion_AreReadAsTheyWereWritten()
    {
        var events = new CompletionEvent[] { new CompletionStarted(ended.Id, "model"), new CompletionDelta("Hel"), new CompletionDelta("lo!"), new CompletionFinished(ended) };
        await Store().OpenWriter(ended.Id).AppendAsync(new EventBatch(1, events, IsLast: true), default);

        var read = await ReadAsync();

        read.Select(entry => entry.Id).Should().Equal(1, 2, 3, 4);
        read.Select(entry => entry.Event).SkipLast(1).Should().Equal(events.SkipLast(1));
        read[^1].Event.Should().BeOfType<CompletionFinished>().Which.Completion.Should().BeEquivalentTo(ended);
    }

    [Test]
    public async Task Events_OfEveryKind_AreReadAsTheyWereWritten()
    {
        var error = Error.Invalid("prompt", "Too long.") with { RetryAfter = TimeSpan.FromSeconds(3) };
        var piece = new CompletionDelta("") { ToolCall = new ToolCallDelta(0, Id: null, Name: null, "{}") };
        CompletionEvent[] endings = [new CompletionCancelled(ended with { Status = CompletionStatus.Cancelled, FinishReason = null, Message = null }), new CompletionFailed(error)];

        foreach (var ending in endings)
        {
            await redis.GetDatabase().KeyDeleteAsync(Key);
            await Store().OpenWriter(ended.Id).AppendAsync(new EventBatch(1, new[] { piece, ending }, IsLast: true), default);

            var read = await ReadAsync();

            read[0].Event.Should().Be(piece);
            read[1].Event.Should().BeEquivalentTo(ending, options => options.RespectingRuntimeTypes());
        }
    }

    [Test]
    public async Task Events_AfterAGap_AreNotShown()
    {
        var writer = Store().OpenWriter(ended.Id);
        await writer.AppendAsync(new EventBatch(1, new CompletionEvent[] { new CompletionStarted(ended.Id, "model"), new CompletionDelta("Hel") }, IsLast: false), default);
        await writer.AppendAsync(new EventBatch(4, new CompletionEvent[] { new CompletionFinished(ended) }, IsLast: true), default);

        var (fromTheStart, fromTheGap) = (await Store().ReadAsync(ended.Id, 0, default), await Store().ReadAsync(ended.Id, 2, default));

        (fromTheStart.Events.Count, fromTheStart.IsLast).Should().Be((2, false));
        (fromTheGap.Events.Count, fromTheGap.IsLast).Should().Be((0, false));
    }

    [Test]
    public async Task Events_WhoseWriteIsRepeated_BecauseItsConfirmationWasLost_AreThereOnce()
    {
        var batch = new EventBatch(1, new CompletionEvent[] { new CompletionStarted(ended.Id, "model"), new CompletionDelta("Hel") }, IsLast: false);
        var writer = Store().OpenWriter(ended.Id);

        (await writer.AppendAsync(batch, default)).Should().Be(Appended.Unwatched);
        (await writer.AppendAsync(batch, default)).Should().Be(Appended.Unwatched);

        (await Store().ReadAsync(ended.Id, 0, default)).Events.Should().Equal(batch.Events);
    }

    [Test]
    public async Task Log_ExpiresSoonAfterItsEnd_AndWhileItRunsOnlyAfterTheLongestRun()
    {
        var longest = TimeSpan.FromSeconds(new CompletionOptions().MaxSeconds);
        var writer = Store().OpenWriter(ended.Id);

        await writer.AppendAsync(new EventBatch(1, new CompletionEvent[] { new CompletionDelta("Hel") }, IsLast: false), default);
        (await redis.GetDatabase().KeyTimeToLiveAsync(Key)).Should().BeCloseTo(longest + TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));

        await writer.AppendAsync(new EventBatch(2, new CompletionEvent[] { new CompletionFinished(ended) }, IsLast: true), default);
        (await redis.GetDatabase().KeyTimeToLiveAsync(Key)).Should().BeCloseTo(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));
    }

    private static readonly string[] NoEvents =
    [
        "no JSON", "", "null", "[]", "{}", "[null]", "[{}]", "[1]", "7", """[{"$":"sung","Text":"la"}]""", """[{"$":7}]""", """[{"Text":"without a kind"}]""",
        """[{"$":"delta"}]""", """[{"$":"delta","Text":null}]""", """[{"$":"delta","Text":"x"},{"$":"sung"}]""", """[{"$":"finished"}]""", """[{"$":"failed"}]""",
        """[{"$":"started","Id":"x"}]""",
    ];

    [TestCaseSource(nameof(NoEvents))]
    public async Task Entry_ThatHoldsNoEvents_LeadsToTheEndingFromTheRow(string json)
    {
        await AddAsync(encryptor.Seal(Encoding.UTF8.GetBytes(json), PurposeOf(ended.Id)));

        await ShouldTellTheRowAsync();
    }

    [Test]
    public async Task Entry_OfAnotherKey_LeadsToTheEndingFromTheRow()
    {
        await AddAsync(new EphemeralEncryptor(KeysOf("two")).Seal(Delta, PurposeOf(ended.Id)));

        await ShouldTellTheRowAsync();
    }

    [Test]
    public async Task Entry_OfAnotherKeyOfTheSameName_LeadsToTheEndingFromTheRow()
    {
        await AddAsync(new EphemeralEncryptor(KeysOf("one")).Seal(Delta, PurposeOf(ended.Id)));

        await ShouldTellTheRowAsync();
    }

    [Test]
    public async Task Entry_OfAnotherCompletion_LeadsToTheEndingFromTheRow()
    {
        await AddAsync(encryptor.Seal(Delta, PurposeOf(CompletionId.New(TimeProvider.System.GetUtcNow()))));

        await ShouldTellTheRowAsync();
    }

    [Test]
    public async Task Entry_ThatWasNeverSealed_LeadsToTheEndingFromTheRow([Values("", "plain", "[{\"$\":\"delta\",\"Text\":\"x\"}]")] string text)
    {
        await AddAsync(Encoding.UTF8.GetBytes(text));

        await ShouldTellTheRowAsync();
    }

    [Test]
    public async Task Entry_WithoutOurField_LeadsToTheEndingFromTheRow()
    {
        await redis.GetDatabase().StreamAddAsync(Key, "other", "x", "1-0");

        await ShouldTellTheRowAsync();
    }

    [Test]
    public async Task Entry_UnderAnIdThatIsNoPlace_LeadsToTheEndingFromTheRow()
    {
        await redis.GetDatabase().StreamAddAsync(Key, "e", encryptor.Seal(Delta, PurposeOf(ended.Id)), "1789000000000-0");

        await ShouldTellTheRowAsync();
    }

    [Test]
    public async Task Key_OfAnotherType_LeadsToTheEndingFromTheRow()
    {
        await redis.GetDatabase().StringSetAsync(Key, "x");

        await ShouldTellTheRowAsync();
    }

    [Test]
    public async Task Entry_BehindThoseThatCanBeRead_LeadsToTheEndingFromTheRow_AfterWhatWasShown()
    {
        await Store().OpenWriter(ended.Id).AppendAsync(new EventBatch(1, new CompletionEvent[] { new CompletionStarted(ended.Id, "model"), new CompletionDelta("Hel") }, IsLast: false), default);
        await redis.GetDatabase().StreamAddAsync(Key, "e", encryptor.Seal(Encoding.UTF8.GetBytes("""[{"$":"sung"}]"""), PurposeOf(ended.Id)), "3-0");

        (await ReadAsync(after: 2)).Should().ContainSingle().Which.Event.Should().Be(new CompletionFinished(ended));
    }

    private static byte[] Delta => Encoding.UTF8.GetBytes("""[{"$":"delta","Text":"x"}]""");

    private RedisKey Key => $"cleanllm:events:{ended.Id}";

    private static KeyEncryptionKeys KeysOf(string id) => new(Options.Create(new EncryptionOptions
    {
        Keys = [new EncryptionKeyOptions { Id = id, Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) }],
    }));

    private static string PurposeOf(CompletionId id) => $"completion-events|{id}";

    private RedisCompletionEvents Store() => new(link, encryptor, Options.Create(new CompletionOptions()), NullLogger<RedisCompletionEvents>.Instance);

    private Task<RedisValue> AddAsync(byte[] entry) => redis.GetDatabase().StreamAddAsync(Key, "e", entry, "1-0");

    private async Task ShouldTellTheRowAsync() => (await ReadAsync()).Should().Equal(
        (1, new CompletionStarted(ended.Id, ended.Model)), (2, new CompletionDelta("Hello!")), (RemoteLogReader.EndingId, new CompletionFinished(ended)));

    /// <summary>All that a reader on an instance is given that knows the completion from Redis and the database only.</summary>
    private async Task<List<(int Id, CompletionEvent Event)>> ReadAsync(int after = 0)
    {
        using var deadline = Patience.Deadline();
        var queries = Substitute.For<ICompletionQueries>();
        queries.StatusOfAsync(ended.Id, user, Arg.Any<CancellationToken>()).Returns(ended.Status);
        queries.FindAsync(ended.Id, user, Arg.Any<CancellationToken>()).Returns(ended);
        await using var reader = await RemoteLogReader.OpenAsync(ended, user, after, Silence, Store(), queries, TimeProvider.System, deadline.Token);
        List<(int, CompletionEvent)> read = [];
        while (true)
        {
            var batch = await reader.NextAsync();
            read.AddRange(batch.Events.Select((entry, i) => (batch.FirstId + i, entry)));
            if (batch.IsLast)
                return read;
        }
    }
}
