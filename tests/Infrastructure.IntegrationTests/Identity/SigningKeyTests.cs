using System.Security.Cryptography;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Keys;
using CleanLlm.Infrastructure.Security;
using CleanLlm.Infrastructure.Security.Signing;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class SigningKeyTests(DatabaseKind kind) : AccountsTests(kind)
{
    private static readonly User Ada = User.Register("ada@example.org", null, DateTimeOffset.UnixEpoch).Value;

    [Test]
    public async Task Instances_ThatStartAtOnce_AgreeOnOneKey()
    {
        var sets = await Task.WhenAll(Task.Run(() => One.Keys.GetAsync(default).AsTask()), Task.Run(() => Two.Keys.GetAsync(default).AsTask()));

        Signer(sets[0]).Should().Be(Signer(sets[1]));
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
        keys.Invoking(Signer).Should().Throw<CryptographicException>();
    }

    [Test]
    public async Task ADueKey_IsPublishedBeforeItSigns_AndItsForerunnerVerifiesAsLongAsItsTokensLive()
    {
        var first = Signer(await One.Keys.GetAsync(default));
        Pass(TimeSpan.FromDays(30));
        await RotateBothAsync();
        (await PublishedAsync()).Should().HaveCount(2, "both instances found the key due, and one made it");
        Signer(await Two.Keys.GetAsync(default)).Should().Be(first, "others may not know the new key yet");

        var token = (await One.Services.GetRequiredService<ITokenIssuer>().IssueAsync(Ada, SessionId.New(One.Clock.GetUtcNow()), default)).Value;
        Pass(TimeSpan.FromMinutes(14));
        (await Two.ValidateAsync(token)).IsValid.Should().BeTrue();
        Pass(TimeSpan.FromMinutes(46));
        var second = Signer(await Two.Keys.GetAsync(default));
        second.Should().NotBe(first);

        Pass(TimeSpan.FromMinutes(64));
        await RotateBothAsync();
        (await PublishedAsync()).Should().HaveCount(2);
        Pass(TimeSpan.FromMinutes(1));
        await RotateBothAsync();
        (await PublishedAsync()).Should().Equal(second);
        (await Database.ScalarAsync("SELECT count(*) FROM signing_keys")).Should().Be(1);
        (await Database.ScalarAsync("SELECT count(*) FROM audit_log WHERE action = 'signing_key.rotated'")).Should().Be(1);
    }

    [Test]
    public async Task Keys_AreWrappedAnew_UnderTheCurrentKeyEncryptionKey()
    {
        var signer = Signer(await One.Keys.GetAsync(default));
        await using (var both = new AccountsHost(Database, AccountsHost.KeyB, former: AccountsHost.KeyA))
            (await both.Services.GetRequiredService<SigningKeyStore>().RotateAsync(default)).Should().BeTrue();

        await using var after = new AccountsHost(Database, AccountsHost.KeyB);

        Signer(await after.Keys.GetAsync(default)).Should().Be(signer);
    }

    private string Signer(SigningKeySet keys) => keys.SignerAt(One.Clock.GetUtcNow()).Key.KeyId;

    // Both clocks are one: the instances share the time.
    private void Pass(TimeSpan time)
    {
        One.Clock.Advance(time);
        Two.Clock.Advance(time);
    }

    private Task<bool[]> RotateBothAsync() => Task.WhenAll(new[] { One, Two }.Select(host => Task.Run(() =>
        host.Services.GetRequiredService<SigningKeyStore>().RotateAsync(default))));

    private async Task<IReadOnlyList<string>> PublishedAsync()
    {
        await using var fresh = new AccountsHost(Database);
        return [.. (await fresh.Keys.GetAsync(default)).Public.Keys.Select(key => key.Kid)];
    }

    private Task<int> AddKeyAsync(int generation) => Two.InScopeAsync<AppDbContext, int>(db =>
    {
        db.Add(SigningKey.Create(generation, Two.Services.GetRequiredService<KeyWrap>(), Two.Clock.GetUtcNow()));
        return db.SaveChangesAsync();
    });
}
