using System.Net;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Administration;

public sealed class AdminPlanTests(DatabaseKind kind) : AdminTests(kind)
{
    private const string Plans = "/api/v1/admin/plans";

    [Test]
    public async Task APlan_IsMadeShownReplacedAndDeleted()
    {
        var name = Name();
        var made = (await Admin.PostAsync(Plans, new
        {
            name,
            concurrency = 2,
            allowedModels = (string[])["ok"],
            maxOutputTokens = 100,
            limits = (object[])[new { metric = "tokens", window = "day", amount = 1000 }],
        })).ShouldBe(HttpStatusCode.Created);

        var path = $"{Plans}/{made.Text("id")}";
        made.Headers["Location"].Should().EndWith(path);
        (await Admin.GetAsync(path)).Body.Should().Be(made.Body);
        made.Json.GetProperty("limits").GetRawText().Should().Be("""[{"metric":"tokens","window":"day","amount":1000}]""");
        var replaced = (await Admin.SendAsync(HttpMethod.Put, path, new { name = name + "!" })).ShouldBe(HttpStatusCode.OK);
        replaced.Json.GetProperty("limits").GetArrayLength().Should().Be(0);
        replaced.Json.GetProperty("concurrency").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null);
        (await Admin.GetAsync(Plans)).Json.EnumerateArray().Select(plan => plan.GetProperty("name").GetString()).Should().Contain([name + "!", ApiSettings.Plan]);
        (await Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.NoContent);
        (await Admin.GetAsync(path)).ShouldBeProblem(404, "plan.not_found");
        (await Admin.DeleteAsync(path)).ShouldBeProblem(404, "plan.not_found");
    }

    [Test]
    public async Task StepsOfAPlan_AreKept_AndHaveToBeThere()
    {
        var made = (await Admin.PostAsync(Plans, new { name = Name(), steps = (object[])[new { step = "injection", mode = "block" }, new { step = "pii", mode = "off" }] }))
            .ShouldBe(HttpStatusCode.Created);

        made.Json.GetProperty("steps").GetRawText().Should().Be("""[{"step":"injection","mode":"block"},{"step":"pii","mode":"off"}]""");
        foreach (var (step, mode) in ((string?, string)[])[("wrong", "flag"), ("injection", "redact"), (null, "off")])
            (await Admin.PostAsync(Plans, new { name = Name(), steps = (object[])[new { step, mode }] })).ShouldBeProblem(422, "validation.failed").ShouldBlame("steps");
        (await Admin.PostAsync(Plans, new { name = Name(), steps = (object[])[new { step = "pii", mode = "off" }, new { step = "pii", mode = "flag" }] }))
            .ShouldBeProblem(422, "validation.failed").ShouldBlame("steps");
    }

    [Test]
    public async Task ANameOfAnother_IsTaken()
    {
        var plan = (await Admin.PostAsync(Plans, new { name = Name() })).Text("id");

        (await Admin.PostAsync(Plans, new { name = ApiSettings.Plan })).ShouldBeProblem(409, "plan.name_taken");
        (await Admin.SendAsync(HttpMethod.Put, $"{Plans}/{plan}", new { name = $" {ApiSettings.Plan} " })).ShouldBeProblem(409, "plan.name_taken");
    }

    [TestCase("""{"name":""}""", "name")]
    [TestCase("""{"name":null}""", "name")]
    [TestCase("""{"name":"a\u0000b"}""", "name")]
    [TestCase("""{"name":"p","concurrency":0}""", "concurrency")]
    [TestCase("""{"name":"p","maxOutputTokens":0}""", "maxOutputTokens")]
    [TestCase("""{"name":"p","allowedModels":[null]}""", "allowedModels")]
    [TestCase("""{"name":"p","allowedModels":["\u0000"]}""", "allowedModels")]
    [TestCase("""{"name":"p","limits":[null]}""", "limits")]
    [TestCase("""{"name":"p","requestRates":[null]}""", "requestRates")]
    [TestCase("""{"name":"p","requestRates":[{"class":"read","perMinute":0}]}""", "requestRates")]
    [TestCase("""{"name":"p","requestRates":[{"class":"read","perMinute":1},{"class":"read","perMinute":2}]}""", "requestRates")]
    [TestCase("""{"name":"p","limits":[{"metric":"tokens","window":"day","amount":-1}]}""", "limits")]
    [TestCase("""{"name":"p","limits":[{"metric":"concurrency","window":"day","amount":1}]}""", "limits")]
    [TestCase("""{"name":"p","limits":[{"metric":"tokens","window":"day","amount":1},{"metric":"tokens","window":"day","amount":2}]}""", "limits")]
    public async Task WhatCannotBe_IsRefused_NamingTheField(string body, string field)
    {
        var answer = await Admin.PostTextAsync(Plans, body);

        // A name that is null may be refused as malformed or as invalid.
        if (answer.Status != HttpStatusCode.BadRequest)
            answer.ShouldBeProblem(422, "validation.failed").ShouldBlame(field);
    }

    [Test]
    public async Task TheDefault_MovesButIsNeverLost()
    {
        var former = (await Admin.GetAsync(Plans)).Json.EnumerateArray().Single(plan => plan.GetProperty("isDefault").GetBoolean()).GetProperty("id").GetString();
        (await Admin.DeleteAsync($"{Plans}/{former}")).ShouldBeProblem(409, "plan.is_default");
        (await Admin.SendAsync(HttpMethod.Put, $"{Plans}/{former}", new { name = ApiSettings.Plan })).ShouldBeProblem(409, "plan.is_default");

        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Admin.PostAsync(Plans, new { name = Name(), isDefault = true })));

        made.Should().AllSatisfy(answer => answer.ShouldBe(HttpStatusCode.Created));
        (await Admin.GetAsync(Plans)).Json.EnumerateArray().Count(plan => plan.GetProperty("isDefault").GetBoolean()).Should().Be(1);
        (await Admin.SendAsync(HttpMethod.Put, $"{Plans}/{former}", new { name = ApiSettings.Plan, isDefault = true })).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task APlanThatUsersHave_IsNotDeleted_UntilTheyHaveAnother()
    {
        using var user = await Api.SignInAsync();
        var plan = (await Admin.PostAsync(Plans, new { name = Name() })).Text("id");
        (await ChangeAsync(user.UserId, new { planId = plan })).ShouldBe(HttpStatusCode.OK);

        (await Admin.DeleteAsync($"{Plans}/{plan}")).ShouldBeProblem(409, "plan.in_use");

        (await Admin.GetAsync($"/api/v1/admin/users/{user.UserId}")).Text("planId").Should().Be(plan);
        (await AuditedAsync("admin.plan_deleted")).Should().NotContain(line => line.GetProperty("subjectId").GetString() == plan);
        (await ChangeAsync(user.UserId, new { planId = (string?)null })).ShouldBe(HttpStatusCode.OK);
        (await Admin.DeleteAsync($"{Plans}/{plan}")).ShouldBe(HttpStatusCode.NoContent);
        (await AuditedAsync("admin.plan_deleted"))[0].GetProperty("subjectId").GetString().Should().Be(plan);
        (await user.PostAsync("/api/v1/completions", new { prompt = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task APlan_IsEitherAssignedOrDeleted_WhenBothAreTriedAtOnce()
    {
        using var user = await Api.SignInAsync();
        for (var round = 0; round < 10; round++)
        {
            var plan = (await Admin.PostAsync(Plans, new { name = Name() })).Text("id");

            var answers = await Task.WhenAll(ChangeAsync(user.UserId, new { planId = plan }), Admin.DeleteAsync($"{Plans}/{plan}"));

            var (assigned, deleted) = (answers[0].Status == HttpStatusCode.OK, answers[1].Status == HttpStatusCode.NoContent);
            (assigned ^ deleted).Should().BeTrue("assigned: {0}, deleted: {1}", answers[0].Status, answers[1].Status);
            (await Admin.GetAsync($"{Plans}/{plan}")).Status.Should().Be(deleted ? HttpStatusCode.NotFound : HttpStatusCode.OK);
        }
    }

    [Test]
    public async Task Rates_AreShown_AndHoldAsSoonAsTheyAreChanged()
    {
        var name = Name();
        var plan = (await Admin.PostAsync(Plans, new { name, requestRates = (object[])[new { @class = "read", perMinute = 1, perMinuteOfKey = 1 }] }))
            .ShouldBe(HttpStatusCode.Created);
        plan.Json.GetProperty("requestRates").GetRawText().Should().Be("""[{"class":"read","perMinute":1,"perMinuteOfKey":1}]""");
        using var user = await Api.SignInAsync();
        (await ChangeAsync(user.UserId, new { planId = plan.Text("id") })).ShouldBe(HttpStatusCode.OK);

        await Eventually.HoldsAsync("the plan of the user holds", async () => (await user.GetAsync("/api/v1/users/me")).Status == HttpStatusCode.TooManyRequests);
        (await Admin.SendAsync(HttpMethod.Put, $"{Plans}/{plan.Text("id")}", new { name })).ShouldBe(HttpStatusCode.OK).Json.GetProperty("requestRates").GetArrayLength().Should().Be(0);

        (await user.GetAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.OK);
    }

    private static string Name() => $"plan {Guid.CreateVersion7()}";
}
