using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Administration;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Templates;

/// <summary>Templates over HTTP: a user's own, those that admins share, and their versions.</summary>
public sealed class TemplateTests(DatabaseKind kind) : AdminTests(kind)
{
    private const string Own = "/api/v1/templates";
    private const string Shared = "/api/v1/admin/templates";
    private const string Canary = "Canary text";

    private ApiCaller user = null!;

    [OneTimeSetUp]
    public async Task SignInAsync() => user = await Api.SignInAsync();

    [OneTimeTearDown]
    public void SignOut() => user?.Dispose();

    [Test]
    public async Task ATemplate_IsMadeShownChangedAndDeleted()
    {
        var made = (await user.PostAsync(Own, Terms("Translate", "Translate {{text}}."))).ShouldBe(HttpStatusCode.Created);
        var path = $"{Own}/{made.Text("id")}";
        made.Headers["Location"].Should().EndWith(path);
        (made.Text("version"), made.Text("shared")).Should().Be(("1", "False"));
        made.Json.GetProperty("parameters").GetRawText().Should().Be(
            """[{"name":"text","description":"What to translate","required":true,"default":null,"maxLength":100}]""");
        (await user.GetAsync(path)).Body.Should().Be(made.Body);

        var changed = (await user.SendAsync(HttpMethod.Put, path, Terms("Translated", "In French: {{text}}."))).ShouldBe(HttpStatusCode.OK);

        (changed.Text("name"), changed.Text("text"), changed.Text("version")).Should().Be(("Translated", "In French: {{text}}.", "2"));
        (await user.SendAsync(HttpMethod.Put, path, Terms("Translated", "In French: {{text}}."))).Text("version").Should().Be("2", "it says the same");
        (await user.DeleteAsync(path)).ShouldBe(HttpStatusCode.NoContent);
        (await user.GetAsync(path)).ShouldBeProblem(404, "template.not_found");
        (await user.DeleteAsync(path)).ShouldBeProblem(404, "template.not_found");
        (await user.GetAsync($"{path}/versions")).ShouldBeProblem(404, "template.not_found");
        (await user.GetAsync($"{path}/versions/1")).ShouldBeProblem(404, "template.version_not_found");
        (await Api.Database.ScalarAsync($"SELECT count(*) FROM template_versions WHERE lower(CAST(template_id AS text)) = '{made.Text("id")}'")).Should().Be(0);
    }

    [Test]
    public async Task EachVersion_CanBeReadAgain()
    {
        var path = await MakeAsync(user, Own, "Version 1", "One {{text}}.");
        for (var i = 2; i <= 5; i++)
            (await user.SendAsync(HttpMethod.Put, path, Terms($"Version {i}", $"{i} {{{{text}}}}."))).ShouldBe(HttpStatusCode.OK);

        var first = (await user.GetAsync($"{path}/versions?limit=3")).ShouldBe(HttpStatusCode.OK);
        var second = (await user.GetAsync($"{path}/versions?limit=3&cursor={first.Text("nextCursor")}")).ShouldBe(HttpStatusCode.OK);

        Numbers(first).Concat(Numbers(second)).Should().Equal(5, 4, 3, 2, 1);
        second.Json.GetProperty("nextCursor").ValueKind.Should().Be(JsonValueKind.Null);
        first.Body.Should().NotContain("{{text}}");
        var old = (await user.GetAsync($"{path}/versions/1")).ShouldBe(HttpStatusCode.OK);
        (old.Text("name"), old.Text("text"), old.Json.GetProperty("parameters").GetArrayLength()).Should().Be(("Version 1", "One {{text}}.", 1));
        (await user.GetAsync($"{path}/versions/6")).ShouldBeProblem(404, "template.version_not_found");
        (await user.GetAsync($"{path}/versions?cursor=wrong")).ShouldBeProblem(422, "validation.failed").ShouldBlame("cursor");
    }

    [Test]
    public async Task SharedTemplates_AreReadByAll_AndChangedByAdmins()
    {
        var path = await MakeAsync(Admin, Shared, "Shared one", "Shared {{text}}.");
        var seen = path.Replace("/admin", "", StringComparison.Ordinal);
        var own = await MakeAsync(user, Own, "Own one", "Own {{text}}.");

        var listed = (await user.GetAsync($"{Own}?limit=100")).ShouldBe(HttpStatusCode.OK);

        listed.Ids.Should().Contain([path.Split('/')[^1], own.Split('/')[^1]]).And.BeInDescendingOrder(StringComparer.Ordinal);
        listed.Body.Should().NotContain("{{text}}");
        (await user.GetAsync(seen)).ShouldBe(HttpStatusCode.OK).Should().BeEquivalentTo(await Admin.GetAsync(path), options => options.Including(answer => answer.Body));
        (await user.GetAsync($"{seen}/versions/1")).Text("text").Should().Be("Shared {{text}}.");
        (await user.SendAsync(HttpMethod.Put, seen, Terms("x", "{{text}}"))).ShouldBeProblem(404, "template.not_found");
        (await user.DeleteAsync(seen)).ShouldBeProblem(404, "template.not_found");
        (await user.PostAsync(Shared, Terms("x", "{{text}}"))).ShouldBeProblem(403, "auth.forbidden");
        (await Admin.GetAsync($"{Shared}?limit=100")).Ids.Should().NotContain(own.Split('/')[^1]);
        (await Admin.GetAsync(own.Replace("/templates", "/admin/templates", StringComparison.Ordinal))).ShouldBeProblem(404, "template.not_found");
    }

    [Test]
    public async Task AnothersTemplate_IsAbsent()
    {
        var path = await MakeAsync(user, Own, "Mine", $"{Canary} {{{{text}}}}.");
        using var other = await Api.SignInAsync();

        foreach (var call in (string[])[path, $"{path}/versions", $"{path}/versions/1"])
            (await other.GetAsync(call)).Status.Should().Be(HttpStatusCode.NotFound);
        (await other.SendAsync(HttpMethod.Put, path, Terms("Theirs", "{{text}}"))).ShouldBeProblem(404, "template.not_found");
        (await other.DeleteAsync(path)).ShouldBeProblem(404, "template.not_found");
        (await other.GetAsync(Own)).Body.Should().NotContain("Mine");
        (await other.PostAsync("/api/v1/completions", new { model = "ok", templateId = path.Split('/')[^1], parameters = new { text = "x" } }))
            .ShouldBeProblem(422, "template.unknown").ShouldBlame("templateId");
        (await user.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Names_AreUniquePerOwner_AlsoWhenTwoAskAtOnce()
    {
        using var other = await Api.SignInAsync();
        var name = $"Unique {Guid.CreateVersion7()}";
        var made = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => user.PostAsync(Own, Terms(name, "{{text}}"))));
        made.Should().ContainSingle(answer => answer.Status == HttpStatusCode.Created);
        made.Where(answer => answer.Status != HttpStatusCode.Created).Should().AllSatisfy(answer => answer.ShouldBeProblem(409, "template.name_taken"));

        (await other.PostAsync(Own, Terms(name, "{{text}}"))).ShouldBe(HttpStatusCode.Created);
        var shared = await MakeAsync(Admin, Shared, name, "{{text}}");
        (await Admin.PostAsync(Shared, Terms($" {name} ", "{{text}}"))).ShouldBeProblem(409, "template.name_taken");
        await MakeAsync(Admin, Shared, name + "!", "{{text}}");
        (await Admin.SendAsync(HttpMethod.Put, shared, Terms(name + "!", "{{text}}"))).ShouldBeProblem(409, "template.name_taken");
        (await Admin.GetAsync(shared)).Text("version").Should().Be("1");
    }

    [Test]
    public async Task ChangesAtOnce_MakeOneVersionEach_OrAreRefused()
    {
        var path = await MakeAsync(user, Own, $"Raced {Guid.CreateVersion7()}", "{{text}}");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => user.SendAsync(HttpMethod.Put, path, Terms($"Raced {Guid.CreateVersion7()}", $"{i} {{{{text}}}}"))));

        var changed = answers.Count(answer => answer.Status == HttpStatusCode.OK);
        answers.Where(answer => answer.Status != HttpStatusCode.OK).Should().AllSatisfy(answer => answer.ShouldBeProblem(409, "request.conflict"));
        (await user.GetAsync(path)).Json.GetProperty("version").GetInt32().Should().Be(1 + changed).And.BePositive();
        Numbers(await user.GetAsync($"{path}/versions")).Should().HaveCount(1 + changed);
    }

    [TestCase("""{"name":"","text":"x"}""", "name")]
    [TestCase("""{"name":"a","text":""}""", "text")]
    [TestCase("""{"name":"a","text":"{{x}}"}""", "text")]
    [TestCase("""{"name":"a","text":"{{x"}""", "text")]
    [TestCase("""{"name":"a","text":"x","parameters":[{"name":"x"}]}""", "parameters[0].name")]
    [TestCase("""{"name":"a","text":"{{x}}","parameters":[{"name":"x"},{"name":"x"}]}""", "parameters[1].name")]
    [TestCase("""{"name":"a","text":"{{x}}","parameters":[{"name":"x"},{"name":"1"}]}""", "parameters[1].name")]
    [TestCase("""{"name":"a","text":"{{x}}","parameters":[{"name":"x"},null]}""", "parameters[1].name")]
    [TestCase("""{"name":"a","text":"{{x}}","parameters":[{"name":"x","maxLength":0}]}""", "parameters[0].maxLength")]
    [TestCase("""{"name":"a","text":"{{x}}","parameters":[{"name":"x","maxLength":1,"default":"ab"}]}""", "parameters[0].default")]
    public async Task WhatCannotBe_IsRefused_NamingTheField(string body, string field)
    {
        (await user.PostTextAsync(Own, body)).ShouldBeProblem(422, "validation.failed").ShouldBlame(field);
        (await Admin.PostTextAsync(Shared, body)).ShouldBeProblem(422, "validation.failed").ShouldBlame(field);
    }

    [TestCase("ownerId", "\"00000000-0000-7000-8000-000000000001\"")]
    [TestCase("id", "\"00000000-0000-7000-8000-000000000001\"")]
    [TestCase("version", "7")]
    [TestCase("shared", "true")]
    [TestCase("createdAt", "\"2020-01-01T00:00:00Z\"")]
    [TestCase("content", "\"x\"")]
    public async Task WhatTheServerSays_CannotBeSet(string member, string value)
    {
        var path = await MakeAsync(user, Own, $"Fixed {Guid.CreateVersion7()}", "{{text}}");
        var body = $$"""{"name":"Assigned {{member}}","text":"x","{{member}}":{{value}}}""";

        (await user.PostTextAsync(Own, body)).ShouldBeProblem(400, "request.malformed");
        (await user.SendTextAsync(HttpMethod.Put, path, body)).ShouldBeProblem(400, "request.malformed");
        (await user.GetAsync(path)).Text("version").Should().Be("1");
    }

    [Test]
    public async Task ChangesOfSharedTemplates_AreAudited_WithoutTheirText()
    {
        var path = await MakeAsync(Admin, Shared, $"Audited {Guid.CreateVersion7()}", $"{Canary} {{{{text}}}}.");
        (await Admin.SendAsync(HttpMethod.Put, path, Terms($"Audited {Guid.CreateVersion7()}", $"{Canary} again {{{{text}}}}."))).ShouldBe(HttpStatusCode.OK);
        (await Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.NoContent);
        await MakeAsync(user, Own, $"Not audited {Guid.CreateVersion7()}", "{{text}}");

        foreach (var (action, version) in ((string, int)[])[("created", 1), ("changed", 2), ("deleted", 2)])
        {
            var line = (await AuditedAsync($"admin.template_{action}"))[0];
            (line.GetProperty("actorId").GetString(), line.GetProperty("subjectId").GetString()).Should().Be((AdminId, path.Split('/')[^1]));
            line.GetProperty("detail").GetProperty("version").GetInt32().Should().Be(version);
            line.GetRawText().Should().NotContain(Canary).And.NotContain("Not audited");
        }
    }

    private static object Terms(string name, string text) =>
        new { name, text, parameters = (object[])[new { name = "text", description = "What to translate", maxLength = 100 }] };

    private static async Task<string> MakeAsync(ApiCaller caller, string where, string name, string text) =>
        $"{where}/{(await caller.PostAsync(where, Terms(name, text))).ShouldBe(HttpStatusCode.Created).Text("id")}";

    private static IEnumerable<int> Numbers(ApiAnswer page) => page.Json.GetProperty("items").EnumerateArray().Select(version => version.GetProperty("version").GetInt32());
}
