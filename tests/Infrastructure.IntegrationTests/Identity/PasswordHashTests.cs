using System.Buffers.Binary;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing.Databases;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

/// <summary>What is stored of a password, and when it is renewed: with the product's own number of iterations.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class PasswordHashTests(DatabaseKind kind) : CredentialsFixture(kind)
{
    protected override bool HashesQuickly => false;

    [Test]
    public async Task Create_StoresPbkdf2WithSha512AndAtLeast210000Iterations()
    {
        await CreateAsync(One, "ada@example.org");

        var (function, iterations) = Decode(await StoredAsync());

        TestContext.Out.WriteLine($"PBKDF2, pseudo-random function {function} (HMAC-SHA512), {iterations:N0} iterations");
        function.Should().Be(2, "HMAC-SHA512");
        iterations.Should().BeGreaterThanOrEqualTo(210_000);
    }

    [TestCase(1_000)]
    [TestCase(100_000)]
    public async Task Verify_WhenTheHashIsOlder_UpgradesIt(int iterations)
    {
        await CreateAsync(One, "ada@example.org");
        var weak = await StoreOldHashAsync(iterations);

        (await VerifyAsync("ada@example.org", "wrong horse battery")).User.Should().BeNull();
        (await StoredAsync()).Should().Be(weak, "a wrong password upgrades nothing");
        (await VerifyAsync("ada@example.org", Password)).User.Should().NotBeNull();

        var upgraded = Decode(await StoredAsync());
        TestContext.Out.WriteLine($"{iterations:N0} iterations became {upgraded.Iterations:N0}");
        upgraded.Iterations.Should().BeGreaterThanOrEqualTo(210_000);
        (await VerifyAsync("ada@example.org", Password)).User.Should().NotBeNull();
    }

    [Test]
    public async Task Verify_WhenManyUpgradeOneHashAtOnce_LetsAllIn()
    {
        await CreateAsync(One, "ada@example.org");
        await StoreOldHashAsync(1_000);

        var verified = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => VerifyAsync("ada@example.org", Password))));

        verified.Should().OnlyContain(verification => verification.User != null);
        Decode(await StoredAsync()).Iterations.Should().BeGreaterThanOrEqualTo(210_000);
    }

    [TestCase(210_000)]
    [TestCase(1_000)]
    public async Task Verify_WhenTheHashIsOfThePasswordAsItWasTyped_LetsItIn_AndUpgradesIt(int iterations)
    {
        const string Typed = "cafe\u0301\u00a0horse battery";
        await CreateAsync(One, "ada@example.org");
        var former = await StoreOldHashAsync(iterations, Typed);

        (await VerifyAsync("ada@example.org", "caf\u00e9 horse battery")).User.Should().BeNull("nothing is known of how it was typed");
        (await StoredAsync()).Should().Be(former, "a wrong password upgrades nothing");
        var verified = await VerifyAsync("ada@example.org", Typed);

        verified.User.Should().NotBeNull();
        verified.Hash.Value.Should().Be(await StoredAsync()).And.NotBe(former);
        Decode(await StoredAsync()).Iterations.Should().BeGreaterThanOrEqualTo(210_000);
        (await VerifyAsync("ada@example.org", "caf\u00e9 horse battery")).User.Should().NotBeNull();
        (await VerifyAsync("ada@example.org", Typed)).User.Should().NotBeNull();
    }

    private async Task<string> StoredAsync() => (await Database.TextAsync("SELECT password_hash FROM user_credentials"))!;

    private async Task<string> StoreOldHashAsync(int iterations, string password = Password)
    {
        var options = Options.Create(new PasswordHasherOptions { IterationCount = iterations });
        var weak = new PasswordHasher<UserCredential>(options).HashPassword(null!, password);
        await Database.ExecuteAsync($"UPDATE user_credentials SET password_hash = '{weak}'");
        return weak;
    }

    private static (uint Function, uint Iterations) Decode(string stored)
    {
        var hash = Convert.FromBase64String(stored);
        hash[0].Should().Be(1, "version 3 of Identity's format");
        return (BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(1)), BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(5)));
    }
}
