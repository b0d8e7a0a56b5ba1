using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Administration;

namespace CleanLlm.WebApi.FunctionalTests.Accounts;

public sealed class LastAdminTests(DatabaseKind kind) : AdminTests(kind)
{
    [Test]
    public async Task AnAdmin_IsErased_AsLongAsAnotherRemains()
    {
        using var other = await MakeAdminAsync();

        (await Admin.DeleteAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.NoContent);

        (await other.DeleteAsync("/api/v1/users/me")).ShouldBeProblem(409, "admin.last_admin");
        (await other.GetAsync("/api/v1/admin/audit/verify")).Json.GetProperty("valid").GetBoolean().Should().BeTrue();
    }
}
