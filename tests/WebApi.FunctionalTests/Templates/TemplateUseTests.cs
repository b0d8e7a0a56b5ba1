using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream;
using CleanLlm.WebApi.FunctionalTests.Administration;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Templates;

/// <summary>Questions that are asked by a template, and the system prompt of a plan: what the model gets, and what the user sees of it later.</summary>
public sealed class TemplateUseTests(DatabaseKind kind) : AdminTests(kind)
{
    private const string Completions = "/api/v1/completions";
    private const string Instruction = "Translate {{text}} into {{language}}.";

    private ApiCaller user = null!;

    [OneTimeSetUp]
    public async Task SignInAsync() => user = await Api.SignInAsync();

    [OneTimeTearDown]
    public void SignOut() => user?.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public async Task ACompletion_SendsTheTextAsAnInstruction_AndTheValuesAsData(bool shared)
    {
        var template = await MakeAsync(shared);

        var answer = (await user.PostAsync(Completions, new { model = "bytes", templateId = template, parameters = new { text = "Mail ann@example.com" } }))
            .ShouldBe(HttpStatusCode.OK);

        var sent = LastCall("bytes").Messages;
        sent.Select(message => message.Role).Should().Equal("system", "user");
        sent[0].Content.Should().StartWith(Instruction).And.NotContain("German").And.NotContain("ann@");
        var mark = MarkIn(sent[1].Content);
        sent[1].Content.Should().Be($"<value-{mark} name=\"text\">\nMail <EMAIL_1>\n</value-{mark}>\n\n<value-{mark} name=\"language\">\nGerman\n</value-{mark}>");
        sent[0].Content.Should().Contain($"</value-{mark}>");
        answer.Body.Should().NotContain(Instruction);
        (await Api.Database.ScalarAsync("SELECT count(*) FROM completions WHERE template IS NOT NULL AND template NOT LIKE 'enc1:%'")).Should().Be(0);
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task AStream_IsAskedByAVersion_WithAPromptBesideIt()
    {
        var template = await MakeAsync(shared: false);
        (await user.SendAsync(HttpMethod.Put, $"/api/v1/templates/{template}", Terms("New {{text}} {{language}}."))).ShouldBe(HttpStatusCode.OK);

        await using var stream = await user.StreamAsync(
            Completions, new { prompt = "Please.", model = "bytes", templateId = template, templateVersion = 1, parameters = new { text = "Hello", language = "French" } });
        (await stream.ToEndAsync())[^1].Type.Should().Be("completion.finished");

        LastCall("bytes").Messages[0].Content.Should().StartWith(Instruction);
        LastCall("bytes").Messages[1].Content.Should().StartWith("Please.\n\n<value-").And.Contain("\nFrench\n");
        await user.PostAsync(Completions, new { model = "bytes", templateId = template, parameters = new { text = "Hello" } });
        LastCall("bytes").Messages[0].Content.Should().StartWith("New {{text}} {{language}}.");
    }

    [Test]
    public async Task AChat_ShowsWhatTheUserWrote_AndAsksTheSameOnceMore_AlsoWhenTheTemplateIsGone()
    {
        var template = await MakeAsync(shared: true);
        var messages = $"/api/v1/chats/{await user.OpenChatAsync()}/messages";
        (await user.PostAsync(messages, new { content = "Please.", model = "bytes", templateId = template, parameters = new { text = "Mail ann@example.com" } }))
            .ShouldBe(HttpStatusCode.OK);
        var asked = LastCall("bytes").Messages;
        (await Admin.SendAsync(HttpMethod.Put, $"/api/v1/admin/templates/{template}", Terms("Other {{text}} {{language}}."))).ShouldBe(HttpStatusCode.OK);
        (await Admin.DeleteAsync($"/api/v1/admin/templates/{template}")).ShouldBe(HttpStatusCode.NoContent);

        var page = (await user.GetAsync(messages)).ShouldBe(HttpStatusCode.OK);
        var question = page.Json.GetProperty("items")[1];
        question.GetProperty("content").GetString().Should().Be("Please.\n\ntext: Mail ann@example.com\n\nlanguage: German");
        question.GetProperty("template").GetRawText().Should().Be(
            $$$"""{"templateId":"{{{template}}}","version":1,"content":"Please.","parameters":{"text":"Mail ann@example.com","language":"German"}}""");
        page.Body.Should().NotContain("Translate");
        page.Json.GetProperty("items")[0].GetProperty("template").ValueKind.Should().Be(JsonValueKind.Null);

        (await user.PostAsync($"{messages}/{page.Ids[1]}/regenerate", new { model = "bytes" })).ShouldBe(HttpStatusCode.OK);
        LastCall("bytes").Messages.Should().Equal(asked, "it is the same question");

        (await user.PostAsync(messages, new { content = "And now?", model = "bytes" })).ShouldBe(HttpStatusCode.OK);
        var later = LastCall("bytes").Messages;
        later.Select(message => message.Role).Should().Equal("user", "assistant", "user");
        later[0].Should().Be(asked[^1], "what was sent once is sent again in the same bytes");
        (await user.GetAsync($"/api/v1/chats?q=ann%40example.com")).Ids.Should().ContainSingle();
        await Books.ShouldBalanceAsync(Api.Database);
    }

    [Test]
    public async Task AQuestion_CanBeEditedByATemplate()
    {
        var template = await MakeAsync(shared: false);
        var messages = $"/api/v1/chats/{await user.OpenChatAsync()}/messages";
        (await user.PostAsync(messages, new { content = "Hello", model = "ok" })).ShouldBe(HttpStatusCode.OK);
        var question = (await user.GetAsync(messages)).Ids[1];

        (await user.PostAsync($"{messages}/{question}/edit", new { model = "bytes", templateId = template, parameters = new { text = "Hello" } })).ShouldBe(HttpStatusCode.OK);

        LastCall("bytes").Messages[0].Content.Should().StartWith(Instruction);
        (await user.GetAsync(messages)).Json.GetProperty("items")[1].GetProperty("template").GetProperty("parameters").GetProperty("text").GetString().Should().Be("Hello");
    }

    [Test]
    public async Task WrongValues_AreRefused_NamingTheField()
    {
        var template = await MakeAsync(shared: true);
        var messages = $"/api/v1/chats/{await user.OpenChatAsync()}/messages";
        (object Parameters, string Field)[] wrong =
        [
            (new { }, "parameters.text"),
            (new { text = " " }, "parameters.text"),
            (new { text = new string('x', 101) }, "parameters.text"),
            (new { text = "x", tone = "y" }, "parameters.tone"),
        ];
        foreach (var path in (string[])[Completions, messages])
        {
            foreach (var (parameters, field) in wrong)
                (await user.PostAsync(path, new { model = "ok", templateId = template, parameters })).ShouldBeProblem(422, "validation.failed").ShouldBlame(field);
            (await user.PostAsync(path, new { model = "ok", parameters = new { text = "x" } })).ShouldBeProblem(422, "validation.failed").ShouldBlame("templateId");
            (await user.PostAsync(path, new { model = "ok", templateId = template, templateVersion = 2, parameters = new { text = "x" } })).ShouldBeProblem(422, "template.unknown");
            (await user.PostAsync(path, new { model = "ok" })).ShouldBeProblem(422, "validation.failed").ShouldBlame(path == Completions ? "prompt" : "content");
            (await user.PostTextAsync(path, $$$"""{"model":"ok","templateId":"{{{template}}}","parameters":{"text":1}}""")).ShouldBeProblem(400, "request.malformed");
            (await user.PostTextAsync(path, $$$"""{"model":"ok","templateId":"{{{template}}}","parameters":{"text":"a","text":"b"}}""")).ShouldBeProblem(400, "request.malformed");
        }
    }

    [Test]
    public async Task TheSameRequest_IsReplayed_WhenItsTemplateIsGone()
    {
        var template = await MakeAsync(shared: false);
        var body = new { model = "bytes", templateId = template, parameters = new { text = "Once" } };
        Dictionary<string, string> key = new(StringComparer.Ordinal) { ["Idempotency-Key"] = template };
        var first = (await user.SendAsync(HttpMethod.Post, Completions, body, key)).ShouldBe(HttpStatusCode.OK);
        (await user.DeleteAsync($"/api/v1/templates/{template}")).ShouldBe(HttpStatusCode.NoContent);

        (await user.SendAsync(HttpMethod.Post, Completions, body, key)).ShouldBe(HttpStatusCode.OK).Text("id").Should().Be(first.Text("id"));
    }

    [Test]
    public async Task ThePlansSystemPrompt_ComesFirst_AndIsShownToAdminsAlone()
    {
        const string Prompt = "Plan canary: sign as ann@example.com.";
        using var member = await Api.SignInAsync();
        var plan = (await Admin.PostAsync("/api/v1/admin/plans", new { name = "With a prompt", systemPrompt = Prompt })).ShouldBe(HttpStatusCode.Created);
        plan.Text("systemPrompt").Should().Be(Prompt);
        (await ChangeAsync(member.UserId, new { planId = plan.Text("id") })).ShouldBe(HttpStatusCode.OK);
        var chat = (await member.PostAsync("/api/v1/chats", new { systemPrompt = "Be brief.", model = "bytes" })).Text("id");

        (await member.PostAsync($"/api/v1/chats/{chat}/messages", new { content = "Hello" })).ShouldBe(HttpStatusCode.OK);

        LastCall("bytes").Messages[0].Should().Be(("system", $"{Prompt}\n\nBe brief."));
        foreach (var path in (string[])["users/me", "users/me/quota", "users/me/export", $"chats/{chat}", $"chats/{chat}/messages"])
            (await member.GetAsync($"/api/v1/{path}")).Body.Should().NotContain("Plan canary");
        (await Api.Database.ScalarAsync("SELECT count(*) FROM plans WHERE system_prompt LIKE 'enc1:%'")).Should().Be(1);
        foreach (var line in await AuditedAsync("admin.plan_created"))
            line.GetRawText().Should().NotContain("canary");

        (await Admin.GetAsync("/api/v1/admin/plans")).Body.Should().Contain("Plan canary");
        (await Admin.SendAsync(HttpMethod.Put, $"/api/v1/admin/plans/{plan.Text("id")}", new { name = "With a prompt" })).ShouldBe(HttpStatusCode.OK);
        (await AuditedAsync("admin.plan_changed"))[0].GetProperty("detail").GetProperty("systemPromptChanged").GetBoolean().Should().BeTrue();
        (await member.PostAsync($"/api/v1/chats/{chat}/messages", new { content = "Hello" })).ShouldBe(HttpStatusCode.OK);
        LastCall("bytes").Messages[0].Should().Be(("system", "Be brief."));
        (await Admin.PostAsync("/api/v1/admin/plans", new { name = "Too long", systemPrompt = new string('x', 20_001) })).ShouldBeProblem(422, "validation.failed").ShouldBlame("systemPrompt");
    }

    [Test]
    public async Task TheExport_HasTemplates_AndWhatWasAskedByThem()
    {
        using var owner = await Api.SignInAsync();
        var template = (await owner.PostAsync("/api/v1/templates", Terms("Exported {{text}} {{language}}."))).Text("id");
        (await owner.SendAsync(HttpMethod.Put, $"/api/v1/templates/{template}", Terms("Again {{text}} {{language}}."))).ShouldBe(HttpStatusCode.OK);
        (await owner.PostAsync(Completions, new { model = "ok", templateId = template, parameters = new { text = "Hello" } })).ShouldBe(HttpStatusCode.OK);

        var export = (await owner.GetAsync("/api/v1/users/me/export")).ShouldBe(HttpStatusCode.OK).Json;

        var exported = export.GetProperty("templates")[0];
        exported.GetProperty("id").GetString().Should().Be(template);
        exported.GetProperty("versions").EnumerateArray().Select(version => version.GetProperty("text").GetString())
            .Should().Equal("Again {{text}} {{language}}.", "Exported {{text}} {{language}}.");
        export.GetProperty("completions")[0].GetProperty("template").GetProperty("parameters").GetProperty("text").GetString().Should().Be("Hello");
        (await owner.DeleteAsync("/api/v1/users/me")).ShouldBe(HttpStatusCode.NoContent);
        await Eventually.HoldsAsync("its templates are gone", async () => await Api.Database.ScalarAsync(
            $"SELECT count(*) FROM template_versions WHERE lower(CAST(owner_id AS text)) = '{owner.UserId}'") == 0);
    }

    private static object Terms(string text) => new
    {
        name = $"Template {Guid.CreateVersion7()}",
        text,
        parameters = (object[])[new { name = "text", maxLength = 100 }, new { name = "language", @default = "German" }],
    };

    private async Task<string> MakeAsync(bool shared) =>
        (await (shared ? Admin : user).PostAsync(shared ? "/api/v1/admin/templates" : "/api/v1/templates", Terms(Instruction))).ShouldBe(HttpStatusCode.Created).Text("id");

    private UpstreamCall LastCall(string model) => Api.Upstream.Model(model).Calls[^1];

    private static string MarkIn(string text) => text["<value-".Length..text.IndexOf(' ', StringComparison.Ordinal)];
}
