using System.Security.Cryptography;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class SigningKeyTests(DatabaseKind kind) : AccountsTests(kind)
{
    [Test]
    public async Task Instances_ThatStartAtOnce_AgreeOnOneKey()
    {
        var sets = await Task.WhenAll(Task.Run(() => One.Keys.GetAsync(default).AsTask()), Task.Run(() => Two.Keys.GetAsync(default).AsTask()));

        sets[0].Newest.Key.KeyId.Should().Be(sets[1].Newest.Key.KeyId);
        (await Database.ScalarAsync("SELECT count(*) FROM signing_keys")).Should().Be(1);
    }

    [Test]
    public async Task AnUnknownKid_IsLookedUpOnceInFiveSeconds()
    {
        var first = await One.Keys.GetAsync(default);
        await AddKeyAsync(generation: 2);

        One.Keys.RequestRefresh();
        (await One.Keys.GetAsync(default)).Should().BeSameAs(first);

        One.Clock.Advance(SigningKeyRing.RereadInterval);
        var second = await One.Keys.GetAsync(default);
        second.Public.Keys.Should().HaveCount(2);
        second.Public.Keys[1].Should().Be(first.Public.Keys[0]);

        await AddKeyAsync(generation: 3);
        One.Keys.RequestRefresh();
        One.Clock.Advance(SigningKeyRing.RereadInterval - TimeSpan.FromTicks(1));
        (await One.Keys.GetAsync(default)).Should().BeSameAs(second);
    }

    [Test]
    public async Task KnownKeys_StayInUse_WhenTheDatabaseIsGone()
    {
        var keys = await One.Keys.GetAsync(default);
        await Database.ExecuteAsync("ALTER TABLE signing_keys RENAME TO lost");

        One.Clock.Advance(SigningKeyRing.RereadInterval);
        One.Keys.RequestRefresh();
        var later = await One.Keys.GetAsync(default);
        await Database.ExecuteAsync("ALTER TABLE lost RENAME TO signing_keys");

        later.Should().BeSameAs(keys);
    }

    [Test]
    public async Task APrivateKey_OpensOnlyUnderItsKeyEncryptionKey()
    {
        await One.Keys.GetAsync(default);
        await using var stranger = new AccountsHost(Database, AccountsHost.KeyB);

        var keys = await stranger.Keys.GetAsync(default);

        keys.Public.Keys.Should().ContainSingle();
        keys.Invoking(set => set.Newest).Should().Throw<CryptographicException>();
    }

    private Task<int> AddKeyAsync(int generation) => Two.InScopeAsync<AppDbContext, int>(db =>
    {
        db.Add(SigningKey.Create(generation, Two.Services.GetRequiredService<KeyWrap>(), Two.Clock.GetUtcNow()));
        return db.SaveChangesAsync();
    });
}
