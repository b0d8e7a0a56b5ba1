using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Administration;

/// <summary>The program with an admin from its configuration.</summary>
public abstract class AdminTests(DatabaseKind kind) : ApiTests(kind)
{
    /// <summary>Of the configured admin.</summary>
    protected const string AdminEmail = "root@example.org";

    /// <summary>Why content is read.</summary>
    protected const string Reason = "Ticket 4711: the customer asked us to look";

    private const string AdminPhrase = "seven tall ships at dawn";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [new("Admin:Email", AdminEmail), new("Admin:Password", AdminPhrase)];

    /// <summary>The admin, signed in.</summary>
    protected ApiCaller Admin { get; private set; } = null!;

    /// <summary>The id of the admin.</summary>
    protected string AdminId { get; private set; } = "";

    [OneTimeSetUp]
    public async Task SignAdminInAsync()
    {
        Admin = new ApiCaller(Api.Address);
        Admin.Use(await Admin.PostAsync("/api/v1/auth/login", new { email = AdminEmail, password = AdminPhrase }));
        AdminId = (await Admin.GetAsync("/api/v1/users/me")).Text("id");
    }

    [OneTimeTearDown]
    public void ForgetAdmin() => Admin?.Dispose();

    /// <summary>A user who is an admin too, with a token that says so.</summary>
    protected async Task<ApiCaller> MakeAdminAsync()
    {
        var other = await Api.SignInAsync();
        (await ChangeAsync(other.UserId, new { role = "admin" })).ShouldBe(HttpStatusCode.OK);
        other.Use(await other.PostAsync("/api/v1/auth/login", new { email = other.Email, password = ApiCaller.Password }));
        return other;
    }

    /// <summary>Changes a user as the admin.</summary>
    protected Task<ApiAnswer> ChangeAsync(string user, object change) => Admin.SendAsync(HttpMethod.Patch, $"/api/v1/admin/users/{user}", change);

    /// <summary>Asks as the admin, with a reason.</summary>
    protected Task<ApiAnswer> ReadAsync(string path, string? reason) => Admin.SendAsync(
        HttpMethod.Get, path, body: null, new Dictionary<string, string>(reason is null ? [] : [KeyValuePair.Create("Audit-Reason", reason)], StringComparer.Ordinal));

    /// <summary>What the log says about one action, newest first.</summary>
    protected async Task<IReadOnlyList<System.Text.Json.JsonElement>> AuditedAsync(string action) =>
        [.. (await Admin.GetAsync($"/api/v1/admin/audit?limit=100&action={action}")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("items").EnumerateArray()];
}
