using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Persistence;
using CleanLlm.Testing.Databases;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class CredentialsTests(DatabaseKind kind) : CredentialsFixture(kind)
{
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

    // What macOS types and what others type; spaces as phones insert them.
    [TestCase("caf\u00e9 horse battery", "cafe\u0301 horse battery")]
    [TestCase("cafe\u0301 horse battery", "caf\u00e9 horse battery")]
    [TestCase("caf\u00e9\u00a0horse battery", "caf\u00e9 horse\u3000battery")]
    public async Task Verify_TakesThePassword_WhateverKeyboardTypesIt(string registered, string typed)
    {
        await CreateAsync(One, "ada@example.org", registered);

        (await VerifyAsync("ada@example.org", registered)).User.Should().NotBeNull();
        (await VerifyAsync("ada@example.org", typed)).User.Should().NotBeNull();
        (await VerifyAsync("ada@example.org", "cafe horse battery")).User.Should().BeNull();
    }

    // As many computations for an address that is unknown or of a disabled user: how many, only the text says. None for a throttled one.
    [TestCase(Password, 1)]
    [TestCase("cafe\u0301 horse battery", 2)]
    public async Task Verify_HashesAsOften_ForEveryAccount(string typed, int times)
    {
        var counting = new CountingHasher();
        await using var host = new AccountsHost(Database, hasher: counting);
        await CreateAsync(host, "ada@example.org");
        await CreateAsync(host, "right@example.org", typed);
        await CreateAsync(host, "disabled@example.org", typed);
        await Database.ExecuteAsync("UPDATE users SET disabled = true WHERE email = 'disabled@example.org'");

        (string Email, bool Evaluate)[] attempts =
            [("ada@example.org", true), ("nobody@example.org", true), ("ada@example.org", false), ("nobody@example.org", false), ("right@example.org", true), ("disabled@example.org", true)];
        foreach (var (email, evaluate) in attempts)
        {
            counting.Verified = 0;
            await host.InScopeAsync<ICredentials, Result<Verification>>(credentials => credentials.VerifyAsync(EmailAddress.Of(email)!, typed, evaluate, default));
            counting.Verified.Should().Be(evaluate ? times : 0, "{0} was tried, evaluated: {1}", email, evaluate);
        }
    }

    // The first refused one after a start does the work once more, because nothing is known yet of how long it takes.
    [Test]
    public async Task Verify_OfWhatIsNotEvaluated_TakesTheTimeOfHashing_ForEveryTextOfThePassword()
    {
        var counting = new CountingHasher();
        await using var host = new AccountsHost(Database, hasher: counting);

        await TryAsync();
        counting.Verified.Should().Be(2);
        await TryAsync();
        counting.Verified.Should().Be(2);

        Task TryAsync() => host.InScopeAsync<ICredentials, Result<Verification>>(credentials =>
            credentials.VerifyAsync(EmailAddress.Of("nobody@example.org")!, "cafe\u0301 horse battery", evaluate: false, default));
    }

    [TestCase("vic@\uff45xample.com")]
    [TestCase("vic@example.com.")]
    [TestCase("vic@exa\u00admple.com")]
    [TestCase("vic@exa\u200bmple.com")]
    [TestCase("VIC@EXAMPLE\u3002COM")]
    public async Task Create_WhenTheAddressIsTakenInAnotherSpelling_IsRefused(string spelling)
    {
        var first = (await CreateAsync(One, "vic@example.com")).Value;

        (await CreateAsync(Two, spelling)).Error.Should().Be(AuthErrors.EmailTaken);

        (await VerifyAsync(spelling, Password)).User.Should().BeEquivalentTo(first);
        (await Database.ScalarAsync("SELECT count(*) FROM users")).Should().Be(1);
    }

    // As rows were before domains were stored in ASCII.
    [TestCase("Ada@Ex\u00e4mple.org", "ada@EX\u00c4MPLE.org")]
    [TestCase("Ada@Ex\u00e4mple.org", "ada@xn--exmple-cua.org")]
    [TestCase("vic@\uff45xample.com", "vic@\uff45xample.com")]
    [TestCase("a,b@example.org", "A,b@example.org")]
    public async Task AnAccountThatIsStoredAsItWasTyped_StaysInUse_AndKeepsItsAddress(string stored, string typed)
    {
        await CreateAsync(One, "ada@example.org");
        await Database.ExecuteAsync($"UPDATE users SET email = '{stored}'");
        await Database.ExecuteAsync(
            $"UPDATE user_credentials SET email = '{stored}', user_name = '{stored}', normalized_email = '{stored.ToUpperInvariant()}', normalized_user_name = '{stored.ToUpperInvariant()}'");

        var verified = await VerifyAsync(typed, Password);

        verified.User!.Email.Should().Be(stored);
        (await Two.InScopeAsync<ICredentials, User?>(credentials => credentials.FindAsync(verified.User.Address, default)))!.Id.Should().Be(verified.User.Id);
    }

    [TestCase("ada@ex\u00e4mple.org")]
    [TestCase("ada@XN--exmple-cua.ORG")]
    public async Task Create_WhenTheAddressIsStoredAsItWasTyped_IsRefused(string spelling)
    {
        await CreateAsync(One, "ada@example.org");
        await Database.ExecuteAsync("UPDATE user_credentials SET normalized_email = 'ADA@EX\u00c4MPLE.ORG'");

        (await CreateAsync(Two, spelling)).Error.Should().Be(AuthErrors.EmailTaken);
    }

    [Test]
    public async Task SetPassword_TakesThePlaceOfTheOldOne_AndTheOldHashIsNoLongerTheUsers()
    {
        var user = (await CreateAsync(One, "ada@example.org")).Value;
        var before = await VerifyAsync("ada@example.org", Password);

        await Two.InScopeAsync<ICredentials, bool>(async credentials =>
        {
            await credentials.SetPasswordAsync(user.Id, (await credentials.HashAsync("another long password", default)).Value, default);
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

    private sealed class CountingHasher() : PasswordHasher<UserCredential>(Options.Create(new PasswordHasherOptions { IterationCount = 1_000 }))
    {
        public int Verified { get; set; }

        public override PasswordVerificationResult VerifyHashedPassword(UserCredential user, string hashedPassword, string providedPassword)
        {
            Verified++;
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
