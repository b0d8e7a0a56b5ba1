using System.Buffers.Binary;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Identity;
using CleanLlm.Testing.Databases;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class CredentialsTests(DatabaseKind kind) : AccountsTests(kind)
{
    private const string Password = "correct horse battery";

    [Test]
    public async Task Verify_WhenThePasswordIsRight_GivesTheUserWhateverTheCase()
    {
        var created = (await CreateAsync(One, "Ada@Example.org")).Value;

        var verified = await VerifyAsync(" ada@EXAMPLE.org ", Password);

        verified.Account.Should().Be(created.Id);
        verified.User.Should().BeEquivalentTo(created);
    }

    [TestCase("ada@example.org", "wrong horse battery", true)]
    [TestCase("nobody@example.org", Password, false)]
    public async Task Verify_WhenWrongOrUnknown_GivesNobody(string email, string password, bool known)
    {
        await CreateAsync(One, "ada@example.org");

        var verified = await VerifyAsync(email, password);

        verified.User.Should().BeNull();
        verified.Account.HasValue.Should().Be(known);
    }

    [TestCase("UPDATE users SET disabled = true")]
    [TestCase("UPDATE user_credentials SET password_hash = NULL")]
    public async Task Verify_WhenTheUserIsDisabled_OrHasNoPassword_GivesNobody(string change)
    {
        await CreateAsync(One, "ada@example.org");
        await Database.ExecuteAsync(change);

        (await VerifyAsync("ada@example.org", Password)).User.Should().BeNull();
    }

    [Test]
    public async Task Verify_WhenNotEvaluated_RefusesTheRightPassword()
    {
        await CreateAsync(One, "ada@example.org");

        (await VerifyAsync("ada@example.org", Password, evaluate: false)).Should().Be(default(Verification));
    }

    [Test]
    public async Task Create_WhenManyRegisterOneAddressAtOnce_LetsOneThrough()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            Task.Run(() => CreateAsync(i % 2 == 0 ? One : Two, i < 4 ? "ada@example.org" : "ADA@example.org"))));

        outcomes.Count(outcome => outcome.IsSuccess).Should().Be(1);
        outcomes.Where(outcome => !outcome.IsSuccess).Should().OnlyContain(outcome => outcome.Error == AuthErrors.EmailTaken);
        (await Database.ScalarAsync("SELECT count(*) FROM users")).Should().Be(1);
        (await Database.ScalarAsync("SELECT count(*) FROM user_credentials")).Should().Be(1);
    }

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

    [Test]
    public async Task SetPassword_TakesThePlaceOfTheOldOne_AndTheOldHashIsNoLongerTheUsers()
    {
        var user = (await CreateAsync(One, "ada@example.org")).Value;
        var before = await VerifyAsync("ada@example.org", Password);

        await Two.InScopeAsync<ICredentials, bool>(async credentials =>
        {
            await credentials.SetPasswordAsync(user.Id, await credentials.HashAsync("another long password", default), default);
            return true;
        });

        (await VerifyAsync("ada@example.org", Password)).User.Should().BeNull();
        (await VerifyAsync("ada@example.org", "another long password")).User.Should().NotBeNull();
        (await One.InScopeAsync<ICredentials, bool>(credentials => credentials.IsUnchangedAsync(user.Id, before.Hash, default))).Should().BeFalse();
    }

    [Test]
    public async Task Create_TakesEveryPasswordThatTheValidatorTakes()
    {
        (await CreateAsync(One, "short@example.org", new string('a', AccountRules.PasswordMinLength))).IsSuccess.Should().BeTrue();
        (await CreateAsync(One, "long@example.org", new string('\u00e9', AccountRules.PasswordMaxLength))).IsSuccess.Should().BeTrue();
        (await CreateAsync(One, "o'brien+tag@\u00fcml\u00e4ut.example")).IsSuccess.Should().BeTrue();
    }

    private static Task<Result<User>> CreateAsync(AccountsHost host, string email, string password = Password)
    {
        var user = User.Register(email, "Ada", host.Clock.GetUtcNow()).Value;
        return host.InScopeAsync<ICredentials, Result<User>>(credentials => credentials.CreateAsync(user, password, default));
    }

    private static (uint Function, uint Iterations) Decode(string stored)
    {
        var hash = Convert.FromBase64String(stored);
        hash[0].Should().Be(1, "version 3 of Identity's format");
        return (BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(1)), BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(5)));
    }

    private Task<Verification> VerifyAsync(string email, string password, bool evaluate = true) =>
        Two.InScopeAsync<ICredentials, Verification>(credentials => credentials.VerifyAsync(email, password, evaluate, default));

    private async Task<string> StoredAsync() => (await Database.TextAsync("SELECT password_hash FROM user_credentials"))!;

    private async Task<string> StoreOldHashAsync(int iterations)
    {
        var options = Options.Create(new PasswordHasherOptions { IterationCount = iterations });
        var weak = new PasswordHasher<UserCredential>(options).HashPassword(null!, Password);
        await Database.ExecuteAsync($"UPDATE user_credentials SET password_hash = '{weak}'");
        return weak;
    }
}
