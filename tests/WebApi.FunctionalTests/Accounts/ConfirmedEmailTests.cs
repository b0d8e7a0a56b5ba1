using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Accounts;

public sealed class ConfirmedEmailTests(DatabaseKind kind) : ApiTests(kind)
{
    private const string Auth = "/api/v1/auth";
    private const string Subject = "Confirm your e-mail address";

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Auth:RequireConfirmedEmail", "true")];

    [Test]
    public async Task Login_OfAnUnconfirmedAddress_Answers403_AndMailsAFreshToken()
    {
        using var caller = new ApiCaller(Api.Address);
        await caller.PostAsync($"{Auth}/register", new { email = caller.Email, password = ApiCaller.Password });
        var first = await Api.Outbox.TokenAsync(caller.Email, Subject);

        var refused = await LoginAsync(caller, ApiCaller.Password);
        var wrong = await LoginAsync(caller, "not the password at all");
        var second = await Api.Outbox.TokenAsync(caller.Email, Subject, count: 2);

        refused.ShouldBeProblem(403, "auth.email_not_confirmed");
        wrong.ShouldBeProblem(401, "auth.invalid_credentials");
        (await ConfirmAsync(first)).ShouldBeProblem(422, "auth.invalid_token");
        (await ConfirmAsync(second)).ShouldBe(HttpStatusCode.NoContent);
        (await LoginAsync(caller, ApiCaller.Password)).ShouldBe(HttpStatusCode.OK);
        Api.Outbox.To(caller.Email, Subject).Should().HaveCount(2);
    }

    private static Task<ApiAnswer> LoginAsync(ApiCaller caller, string password) =>
        caller.PostAsync($"{Auth}/login", new { email = caller.Email, password });

    private Task<ApiAnswer> ConfirmAsync(string token) => Api.Anonymous.PostAsync($"{Auth}/confirm-email", new { token });
}
