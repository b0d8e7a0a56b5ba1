using System.Security.Cryptography;
using System.Xml.Linq;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Infrastructure.Persistence.Keys;
using CleanLlm.Infrastructure.Security.DataProtection;
using CleanLlm.Testing.Databases;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity.External;

/// <summary>The key ring that states and nonces are protected with.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class KeyRingTests(DatabaseKind kind)
{
    private TestDatabase database = null!;
    private AccountsHost host = null!;

    [SetUp]
    public async Task MakeDatabaseAsync()
    {
        database = await TestDatabases.CreateMigratedAsync(kind);
        host = new AccountsHost(database);
    }

    [TearDown]
    public async Task DropDatabaseAsync()
    {
        await host.DisposeAsync();
        await database.DisposeAsync();
    }

    [Test]
    public async Task InstancesThatStartTogether_ShareOneFirstKey()
    {
        var rings = Enumerable.Range(0, 4).Select(_ => Protection()).ToList();

        var secrets = await Task.WhenAll(rings.Select(ring => Task.Run(() => ring.CreateProtector("test").Protect("state"))));

        (await database.ScalarAsync("SELECT count(*) FROM data_protection_keys")).Should().Be(1);
        foreach (var ring in rings)
            secrets.Select(secret => ring.CreateProtector("test").Unprotect(secret)).Should().OnlyContain(text => text == "state");
    }

    [Test]
    public async Task AStoredKey_IsOfNoUse_WithoutTheKeyEncryptionKey()
    {
        var secret = Protection().CreateProtector("test").Protect("state");

        (await database.TextAsync("SELECT xml FROM data_protection_keys")).Should().Contain("wrapped").And.NotContain("<masterKey");
        await using var stranger = new AccountsHost(database, AccountsHost.KeyB);
        Protection(stranger).CreateProtector("test").Invoking(protector => protector.Unprotect(secret)).Should().Throw<CryptographicException>();
    }

    [Test]
    public void LaterKeys_AreKeptBesideTheFirst()
    {
        var repository = new KeyRingRepository(host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>());

        repository.GetAllElements().Should().BeEmpty();
        foreach (var name in new[] { "first", "second", "third" })
        {
            repository.StoreElement(new XElement("key", new XAttribute("id", name)), name);
            repository.GetAllElements().Should().NotBeEmpty();
        }

        repository.GetAllElements().Select(element => element.Attribute("id")!.Value).Should().BeEquivalentTo(["first", "second", "third"]);
    }

    // An instance of its own on the one database.
    private IDataProtectionProvider Protection(AccountsHost? keys = null)
    {
        var services = (keys ?? host).Services;
        return new ServiceCollection()
            .AddSingleton(services.GetRequiredService<IDbContextFactory<AppDbContext>>())
            .AddSingleton(services.GetRequiredService<Security.KeyWrap>())
            .AddLogging()
            .AddSharedDataProtection()
            .BuildServiceProvider()
            .GetRequiredService<IDataProtectionProvider>();
    }
}
