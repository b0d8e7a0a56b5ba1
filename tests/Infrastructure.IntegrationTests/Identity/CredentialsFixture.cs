using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using CleanLlm.Testing.Databases;

namespace CleanLlm.Infrastructure.IntegrationTests.Identity;

/// <summary>Tests of passwords: accounts are made on one instance and tried on the other.</summary>
internal abstract class CredentialsFixture(DatabaseKind kind) : AccountsTests(kind)
{
    protected const string Password = "correct horse battery";

    protected static Task<Result<User>> CreateAsync(AccountsHost host, string email, string password = Password)
    {
        var user = User.Register(email, "Ada", host.Clock.GetUtcNow()).Value;
        return host.InScopeAsync<ICredentials, Result<User>>(credentials => credentials.CreateAsync(user, password, default));
    }

    protected async Task<Verification> VerifyAsync(string email, string password, bool evaluate = true) =>
        (await Two.InScopeAsync<ICredentials, Result<Verification>>(credentials => credentials.VerifyAsync(EmailAddress.OfAccount(email)!, password, evaluate, default))).Value;
}
