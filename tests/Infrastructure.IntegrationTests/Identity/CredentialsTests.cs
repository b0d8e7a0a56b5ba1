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

        var verified = (await VerifyAsync(" ada@EXAMPLE.org ", Password)).Value;

        verified.Should().BeEquivalentTo(created);
    }

    [TestCase("ada@example.org", "wrong horse battery")]
    [TestCase("nobody@example.org", Password)]
    public async Task Verify_WhenWrongOrUnknown_GivesTheSameError(string email, string password)
    {
        await CreateAsync(One, "ada@example.org");

        (await VerifyAsync(email, password)).Error.Should().Be(AuthErrors.InvalidCredentials);
    }

    [Test]
    public async Task Verify_WhenItMustNotBeEvaluated_GivesTheSameError_ThoughThePasswordIsRight()
    {
        await CreateAsync(One, "ada@example.org");

        (await VerifyAsync("ada@example.org", Password, evaluate: false)).Error.Should().Be(AuthErrors.InvalidCredentials);
    }

    [Test]
    public async Task Verify_WhenTheAccountHasNoPassword_GivesTheSameError()
    {
        await CreateAsync(One, "ada@example.org");
        await Database.ExecuteAsync("UPDATE user_credentials SET password_hash = NULL");

        (await VerifyAsync("ada@example.org", Password)).Error.Should().Be(AuthErrors.InvalidCredentials);
    }

    [Test]
    public async Task Verify_WhenTheUserIsDisabled_GivesTheSameError()
    {
        await CreateAsync(One, "ada@example.org");
        await Database.ExecuteAsync("UPDATE users SET disabled = true");

        (await VerifyAsync("ada@example.org", Password)).Error.Should().Be(AuthErrors.InvalidCredentials);
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
    public async Task Create_StoresPbkdf2WithSha512And210000Iterations()
    {
        await CreateAsync(One, "ada@example.org");

        var hash = Convert.FromBase64String((await Database.TextAsync("SELECT password_hash FROM user_credentials"))!);

        hash[0].Should().Be(1, "version 3 of Identity's format");
        BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(1)).Should().Be(2, "HMAC-SHA512");
        BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(5)).Should().Be(210_000);
    }

    [Test]
    public async Task Verify_WhenTheHashIsOlder_UpgradesIt()
    {
        await CreateAsync(One, "ada@example.org");
        var weak = new PasswordHasher<UserCredential>(Options.Create(new PasswordHasherOptions { IterationCount = 1_000 })).HashPassword(null!, Password);
        await Database.ExecuteAsync($"UPDATE user_credentials SET password_hash = '{weak}'");

        (await VerifyAsync("ada@example.org", Password)).IsSuccess.Should().BeTrue();

        (await Database.TextAsync("SELECT password_hash FROM user_credentials")).Should().NotBe(weak);
        (await VerifyAsync("ada@example.org", Password)).IsSuccess.Should().BeTrue();
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

    private Task<Result<User>> VerifyAsync(string email, string password, bool evaluate = true) =>
        Two.InScopeAsync<ICredentials, Result<User>>(credentials => credentials.VerifyAsync(email, password, evaluate, default));
}
