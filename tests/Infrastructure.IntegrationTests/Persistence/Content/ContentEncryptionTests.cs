using System.Security.Cryptography;
using CleanLlm.Application.Accounts;
using CleanLlm.Application.Administration;
using CleanLlm.Application.Audit;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Security;
using CleanLlm.Domain.Audit;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Infrastructure.IntegrationTests.Encryption;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Testing;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence.Content;

/// <summary>Keys are replaced, and plain rows encrypted, while everything can be read.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class ContentEncryptionTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private static readonly EncryptionKeyOptions Old = EncryptionKeys.New("old");
    private static readonly EncryptionKeyOptions New = EncryptionKeys.New("new");

    private readonly List<PersistenceHost> hosts = [];

    [SetUp]
    public async Task ForgetKeysAsync()
    {
        await Database.ExecuteAsync("DELETE FROM data_keys");
        await Database.ExecuteAsync("DELETE FROM encrypted_columns");
    }

    [TearDown]
    public async Task CloseAsync()
    {
        foreach (var host in hosts)
            await host.DisposeAsync();
        hosts.Clear();
    }

    [Test]
    public async Task ARotation_WrapsEveryDataKeyAgain_SoThatTheOldKeyCanBeRemoved()
    {
        var before = Host(Old);
        var chats = new List<(UserId User, ChatId Chat)>();
        for (var i = 0; i < 205; i++)
            chats.Add(await ChatAsync(before, $"title {i}"));

        var during = Host(New, Old);
        (await TitleAsync(during, chats[0])).Should().Be("title 0", "what the old key has wrapped opens meanwhile");
        var added = await ChatAsync(during, "made meanwhile");
        (await RunAsync(during)).Should().Be(new EncryptionPass(Rewrapped: 205, Encrypted: 0, Failed: 0));
        (await RunAsync(during)).Should().Be(EncryptionPass.Nothing);

        var after = Host(New);
        foreach (var (chat, i) in chats.Select((chat, i) => (chat, i)).Where(pair => pair.i % 50 == 0))
            (await TitleAsync(after, chat)).Should().Be($"title {i}");
        (await TitleAsync(after, added)).Should().Be("made meanwhile");
        (await after.Services.GetRequiredService<IContentEncryption>().StatusAsync(default)).Should().BeEquivalentTo(
            new EncryptionStatusDto("new", [new WrappedKeysDto("new", 206)], []));
    }

    [Test]
    public async Task AKeyThatIsLost_GivesAnError_AndNeverKeepsTheOthers()
    {
        var lost = await ChatAsync(Host(Old), "lost");
        var kept = await ChatAsync(Host(New), "kept");
        var host = Host(New);

        (await FluentActions.Awaiting(() => TitleAsync(host, lost)).Should().ThrowAsync<UnreadableContentException>()).Which.Message.Should().Contain("'old'");
        (await TitleAsync(host, kept)).Should().Be("kept");
        (await RunAsync(host)).Failed.Should().Be(1);
    }

    [Test]
    public async Task PlainRows_AreReadUntilTheyAreEncrypted_AndRefusedAfterwards()
    {
        var host = Host(New);
        var first = await ChatAsync(host, "first");
        var second = await ChatAsync(host, "second");
        await Database.ExecuteAsync("UPDATE chats SET title = 'from before', system_prompt = 'enc2: plain too'");
        await host.StartAsync();
        (await TitleAsync(host, first)).Should().Be("from before");

        (await RunAsync(host)).Should().Be(new EncryptionPass(Rewrapped: 0, Encrypted: 4, Failed: 0));

        (await Database.ScalarAsync("SELECT count(*) FROM chats WHERE title LIKE 'enc1:%' AND system_prompt LIKE 'enc1:%'")).Should().Be(2);
        (await TitleAsync(host, second)).Should().Be("from before");
        (await host.Services.GetRequiredService<IContentEncryption>().StatusAsync(default)).PlainColumns.Should().Equal("chats.system_prompt", "chats.title");

        (await RunAsync(host)).Should().Be(EncryptionPass.Nothing);
        (await host.Services.GetRequiredService<IContentEncryption>().StatusAsync(default)).PlainColumns.Should().BeEmpty();
        await Database.ExecuteAsync("UPDATE chats SET title = 'slipped in'");
        await FluentActions.Awaiting(() => TitleAsync(host, first)).Should().ThrowAsync<UnreadableContentException>();
    }

    [Test]
    public async Task AnAccountThatEnds_LosesItsKey_SoThatNothingOfItCanBeReadAgain()
    {
        var host = Host(New);
        var (user, _) = await ChatAsync(host, "secret");

        await host.InScopeAsync<IServiceProvider, object?>(async services =>
        {
            services.GetRequiredService<IAuditTrail>().Add(new AuditEvent(AuditActions.Erased, user.Value, user.Value));
            return await services.GetRequiredService<IAccountErasure>().EraseAsync(user, default);
        });

        (await Database.ScalarAsync("SELECT count(*) FROM data_keys")).Should().Be(0);
        var stored = await Database.TextAsync("SELECT title FROM chats");
        var cipher = await host.Services.GetRequiredService<DataKeys>().OfAsync(user, default);
        cipher.Invoking(c => c.Open(ContentColumns.ChatTitle, default, stored)).Should().Throw<UnreadableContentException>();
        (await Database.ScalarAsync("SELECT count(*) FROM data_keys")).Should().Be(0, "an account that has ended gets no key any more");
    }

    [Test]
    public async Task InstancesThatMakeAKeyAtOnce_UseTheSame()
    {
        var user = await AddUserAsync();
        var ciphers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Host(New).Services.GetRequiredService<DataKeys>().OfAsync(user, default).AsTask()))
            .WaitAsync(Patience.Limit);

        var stored = ciphers[0].Seal(ContentColumns.ChatTitle, default, "text");
        ciphers.Should().OnlyContain(cipher => cipher.Open(ContentColumns.ChatTitle, default, stored) == "text");
    }

    [Test]
    public async Task APlan_AndTheService_HaveKeysOfTheirOwn_AndAPlanThatIsDeletedLosesIts()
    {
        var host = Host(New);
        var plan = await AddPlanAsync(host);
        var keys = host.Services.GetRequiredService<DataKeys>();
        var envelope = (await keys.OfAsync(ContentOwner.Of(plan.Id), default)).Seal("answer"u8, "place");
        var ofService = (await keys.OfAsync(ContentOwner.Service, default)).Seal("text"u8, "place");

        var elsewhere = Host(New).Services.GetRequiredService<DataKeys>();
        (await elsewhere.OfAsync(ContentOwner.Of(plan.Id), default)).Open(envelope, "place").Should().Equal("answer"u8.ToArray());
        var service = await elsewhere.OfAsync(ContentOwner.Service, default);
        service.Open(ofService, "place").Should().Equal("text"u8.ToArray());
        service.Invoking(cipher => cipher.Open(envelope, "place")).Should().Throw<CryptographicException>();

        (await host.InScopeAsync<IPlanRepository, Error?>(async plans => await plans.RemoveAsync((await plans.FindAsync(plan.Id, default))!, default))).Should().BeNull();

        (await Database.ScalarAsync("SELECT count(*) FROM data_keys")).Should().Be(1, "the service keeps its key");
        var gone = await keys.OfAsync(ContentOwner.Of(plan.Id), default);
        gone.Invoking(cipher => cipher.Open(envelope, "place")).Should().Throw<CryptographicException>();
        (await Database.ScalarAsync("SELECT count(*) FROM data_keys")).Should().Be(1, "a plan that is gone gets no key any more");
    }

    private static Task<Plan> AddPlanAsync(PersistenceHost host) => host.InScopeAsync<IPlanRepository, Plan>(async plans =>
    {
        // There is always a default plan.
        Plan[] saved = [.. new[] { true, false }.Select(isDefault => Plan.Create(
            new PlanTerms(isDefault ? "lasting" : "short-lived", isDefault, Concurrency: null, [], MaxOutputTokens: null, []), host.Clock.GetUtcNow()).Value)];
        foreach (var plan in saved)
            (await plans.SaveAsync(plan, default)).Should().BeNull();
        return saved[^1];
    });

    private PersistenceHost Host(params EncryptionKeyOptions[] keys)
    {
        var host = new PersistenceHost(Database, keys: new KeyEncryptionKeys(Options.Create(new EncryptionOptions { Keys = keys })));
        hosts.Add(host);
        return host;
    }

    private async Task<(UserId User, ChatId Chat)> ChatAsync(PersistenceHost host, string title)
    {
        var user = await AddUserAsync();
        return (user, await AddChatAsync(user, title, host));
    }

    private static async Task<string?> TitleAsync(PersistenceHost host, (UserId User, ChatId Chat) chat) =>
        (await host.InScopeAsync<IChatQueries, ChatDetailDto?>(chats => chats.FindAsync(chat.Chat, chat.User, default)))!.Title;

    // The rests between batches take time of the clock, which stands still here.
    private static async Task<EncryptionPass> RunAsync(PersistenceHost host)
    {
        var running = host.Services.GetRequiredService<ContentEncryption>().RunAsync(default);
        return await running.WaitAsync(Patience.Limit);
    }
}
