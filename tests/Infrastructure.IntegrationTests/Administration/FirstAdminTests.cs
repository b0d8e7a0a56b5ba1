using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using CleanLlm.Infrastructure.Administration;
using CleanLlm.Infrastructure.IntegrationTests.Identity;
using CleanLlm.Infrastructure.Persistence.Administration;
using CleanLlm.Testing.Databases;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NSubstitute;

namespace CleanLlm.Infrastructure.IntegrationTests.Administration;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class FirstAdminTests(DatabaseKind kind) : AccountsTests(kind)
{
    private const string Email = "Root@example.org";
    private const string Phrase = "seven tall ships at dawn";
    private const string Other = "correct horse battery";
    private const string Admins = "SELECT count(*) FROM users WHERE role = 2";

    [Test]
    public async Task TwoInstancesThatStartTogether_MakeOne_AndAnotherStartChangesNothing()
    {
        await Task.WhenAll(Task.Run(() => EnsureAsync(One)), Task.Run(() => EnsureAsync(Two)));
        await EnsureAsync(One);

        (await Database.ScalarAsync(Admins)).Should().Be(1);
        (await Database.ScalarAsync("SELECT count(*) FROM users")).Should().Be(1);
        (await VerifyAsync(Phrase)).User.Should().BeEquivalentTo(new { Role = UserRole.Admin, EmailConfirmed = true });
    }

    [Test]
    public async Task AnAccountThatIsProvedToBeTheOwners_IsMadeAdmin_AndKeepsItsPassword()
    {
        await RegisterAsync(Other);
        await Database.ExecuteAsync("UPDATE users SET email_confirmed = " + (Database.Kind == DatabaseKind.Postgres ? "true" : "1"));

        await EnsureAsync(One);

        (await VerifyAsync(Other)).User!.Role.Should().Be(UserRole.Admin);
        (await VerifyAsync(Phrase)).User.Should().BeNull();
    }

    [Test]
    public async Task AnAccountWithTheConfiguredPassword_IsMadeAdmin()
    {
        await RegisterAsync(Phrase);

        await EnsureAsync(One);

        (await Database.ScalarAsync(Admins)).Should().Be(1);
    }

    [Test]
    public async Task AnAccountThatAnybodyMayHaveMade_IsNot()
    {
        await RegisterAsync(Other);

        await EnsureAsync(One);

        (await Database.ScalarAsync(Admins)).Should().Be(0);
    }

    [TestCase(null, null, "Production", true)]
    [TestCase("", "", "Production", true)]
    [TestCase(Email, Phrase, "Production", true)]
    [TestCase(Email, null, "Development", false)]
    [TestCase(null, Phrase, "Development", false)]
    [TestCase("nobody", Phrase, "Development", false)]
    [TestCase(Email, "short", "Development", false)]
    [TestCase(Email, "short", "Production", false)]
    [TestCase(Email, "ChangeMe-please-now", "Production", false)]
    [TestCase(Email, "my-Password-is-long", "Production", false)]
    [TestCase(Email, "the root of it all, indeed", "Production", false)]
    [TestCase(Email, "ababababababab", "Production", false)]
    [TestCase(Email, "my-example-phrase", "Development", true)]
    public void Settings_AreCheckedAtStart_WithoutSayingTheValue(string? email, string? password, string environment, bool good)
    {
        var host = Substitute.For<IHostEnvironment>();
        host.EnvironmentName.Returns(environment);
        var rules = One.Services.GetRequiredService<IValidator<Register>>();

        var outcome = new AdminOptionsValidator(rules, host).Validate(null, new AdminOptions { Email = email, Password = password });

        outcome.Succeeded.Should().Be(good, outcome.FailureMessage);
        if (!good && password is not null)
            outcome.FailureMessage.Should().NotContain(password);
    }

    private static Task<bool> EnsureAsync(AccountsHost host) => host.InScopeAsync<FirstAdmin, bool>(async admin =>
    {
        await admin.EnsureAsync(Email, Phrase, default);
        return true;
    });

    private Task<Result<UserDto>> RegisterAsync(string password) =>
        One.InScopeAsync<IMediator, Result<UserDto>>(mediator => mediator.Send(new Register(Email, password, null)));

    private Task<Verification> VerifyAsync(string password) =>
        Two.InScopeAsync<ICredentials, Verification>(async credentials => (await credentials.VerifyAsync(EmailAddress.Of(Email)!, password, true, default)).Value);
}
