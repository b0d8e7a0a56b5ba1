using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Policies;
using CleanLlm.Application.Prompting.Redaction;
using CleanLlm.Application.UnitTests.Completions;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.AI;
using static CleanLlm.Application.UnitTests.Prompting.Redaction.Redactions;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

internal sealed class RedactionStepTests
{
    private const string Address = "ann@example.com";

    [Test]
    public async Task EveryPlace_ButTheOperatorsPrompt_IsRedacted()
    {
        var json = JsonElement.Parse($$"""{"title":"{{Address}}"}""");
        var draft = Drafts.Of(new PromptContent
        {
            OperatorSystemPrompt = $"Escalate to {Address}",
            PlanSystemPrompt = $"Mail {Address}",
            SystemPrompt = $"I am {Address}",
            History = [new(MessageRole.User, $"Old {Address}")],
            Messages =
            [
                new(ChatRole.Assistant, [new FunctionCallContent("1", "f") { RawRepresentation = $$"""{"to":["{{Address}}"],"{{Address}}":1}""" }]),
                new(ChatRole.Tool, [new FunctionResultContent("1", $"Sent to {Address}")]),
                new(ChatRole.User,
                [
                    new TextContent($"New {Address}"),
                    new UriContent($"https://bob:s3cret@example.com/a.png?to={Address}", "image/png"),
                    new DataContent(new byte[] { 1 }, "text/plain") { Name = $"{Address} cv.txt" },
                ])
                { AuthorName = Address },
            ],
            Options = new ChatOptions
            {
                StopSequences = [Address],
                Tools = [new ToolDefinition(JsonElement.Parse($$$"""{"type":"function","function":{"name":"f","description":"Mail {{{Address}}}"}}"""))],
                ResponseFormat = ChatResponseFormat.ForJsonSchema(json),
            },
        });

        var redacted = await BothAsync(draft);

        redacted.Slots.Take(2).Select(slot => slot.Text).Should().Equal($"Escalate to {Address}", $"Mail {Address}");
        redacted.Slots.Skip(2).SelectMany(slot => slot.Strings).Should().NotContain(text => text.Contains(Address, StringComparison.Ordinal));
        redacted.Slots.Skip(2).SelectMany(slot => slot.Strings).Should().Contain("https://<URL_CREDENTIAL_1>@example.com/a.png?to=<EMAIL_1>");
        redacted.Restorations.Originals.Should().Contain("<EMAIL_1>", Address).And.Contain("<URL_CREDENTIAL_1>", "bob:s3cret");
        redacted.Question.Should().Be($"New {Address}", "what the user wrote is stored and shown");
    }

    [Test]
    public async Task AText_OfWhichEmbeddingsAreMade_IsRedacted() =>
        (await BothAsync(Drafts.Of(new PromptContent { Inputs = [$"a {Address}", "b"] }))).Slots.Select(slot => slot.Text).Should().Equal("a <EMAIL_1>", "b");

    [Test]
    public async Task TheNameOfAMember_SaysWhatItsValueIs()
    {
        const string Arguments = """{"ssn":"078051120","order":"078051120","password":"letmein","kind":"password","keys":["k1-9f8e7d6c5b4a"],"apiKeys":["k1-9f8e7d6c5b4a"],"api_key":["k1-9f8e7d6c5b4a"]}""";

        var redacted = await BothAsync(Drafts.Of(new PromptContent
        {
            Messages = [new(ChatRole.Assistant, [new FunctionCallContent("1", "f") { RawRepresentation = Arguments }]), new(ChatRole.User, "Go on")],
        }));

        redacted.Slots.Single(slot => slot.IsJson).Text.Should().Be(
            """{"ssn":"<NATIONAL_ID_1>","order":"078051120","password":"<PASSWORD_1>","kind":"password","keys":["k1-9f8e7d6c5b4a"],"apiKeys":["k1-9f8e7d6c5b4a"],"api_key":["<API_KEY_1>"]}""");
    }

    [Test]
    public async Task Findings_TellKindAndCount_AndNoText()
    {
        var redacted = await BothAsync(Drafts.Of($"{Address}, {Address}, bob@example.com, 4111 1111 1111 1111, password=hunter2"));

        redacted.Findings.Should().Equal(
            new Finding("secrets", "password", 1) { Action = StepMode.Redact },
            new Finding("pii", "email", 3) { Action = StepMode.Redact },
            new Finding("pii", "card", 1) { Action = StepMode.Redact });
    }

    [TestCase(StepMode.Flag)]
    [TestCase(StepMode.Block)]
    public async Task FlagAndBlock_OnlyTell(StepMode mode)
    {
        var draft = Drafts.Of(Address);

        var outcome = (await PiiStep().ApplyAsync(draft, mode)).Value;

        outcome.Slots.Should().BeSameAs(draft.Slots);
        outcome.Restorations.Originals.Should().BeEmpty();
        outcome.Findings.Should().Equal(new Finding("pii", "email", 1) { Action = mode });
    }

    [Test]
    public async Task ABlockedPrompt_IsRefusedByThePipeline()
    {
        var policies = Drafts.Policies([SecretsStep.Setting], new StepSettingOptions { Step = "secrets", Mode = StepMode.Block });
        var pipeline = new PromptPipeline([new SecretsStep()], policies, Drafts.Metrics());

        (await pipeline.ReadAsync(Drafts.Of("password=hunter2"), Drafts.Context, CancellationToken.None)).Error!.Code.Should().Be("prompt.refused");
    }

    [Test]
    public async Task WhatIsClean_StaysTheSameDraft()
    {
        var draft = Drafts.Of("Nothing to see here.");

        (await BothAsync(draft)).Slots.Should().BeSameAs(draft.Slots);
    }

    [Test]
    public async Task ACallerWhoLeft_IsNotScannedFor()
    {
        var apply = async () => await PiiStep().ApplyAsync(Drafts.Of(Address), Drafts.Context, StepMode.Redact, new CancellationToken(canceled: true));

        await apply.Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task AFaultOfTheScanner_FailsTheRequest_AndNothingIsSent()
    {
        using var fixture = new RunnerFixture(promptSteps: [new Failing()]);
        fixture.Model.Says("never").Ends();

        var start = async () => await fixture.StartAsync(fixture.Ask($"I am {Address}"));

        await start.Should().ThrowAsync<InvalidOperationException>();
        fixture.Model.Calls.Should().BeEmpty();
        fixture.Store.Admitted.Should().BeEmpty();
    }

    [TestCase("support@example.com")]
    [TestCase("Support@Example.COM")]
    [TestCase("@example.com")]
    public void WhatIsAllowed_Stays(string allowed) =>
        Pii("support@example.com, eve@example.org", new PiiOptions { Allow = [allowed] }).Should().Be("support@example.com, <EMAIL_1>");

    [Test]
    public void AnAllowedDomain_IsThatDomainAlone() =>
        Pii("a@sub.example.com, a@notexample.com", new PiiOptions { Allow = ["@example.com"] }).Should().Be("<EMAIL_1>, <EMAIL_2>");

    [Test]
    public void AnAllowedNumber_StaysInAnyForm() =>
        Pii("+49 30 901820, +49-30-901820, 203.0.113.7", new PiiOptions { Allow = ["+4930901820", "203.0.113.7"] }).Should().Be("+49 30 901820, +49-30-901820, 203.0.113.7");

    [TestCase(SensitiveKind.Email, "<EMAIL_1> 4111111111111111 +4930901820 DE89370400440532013000 219-09-9999 203.0.113.7")]
    [TestCase(SensitiveKind.Card, "a@example.com <CARD_1> +4930901820 DE89370400440532013000 219-09-9999 203.0.113.7")]
    [TestCase(SensitiveKind.Phone, "a@example.com 4111111111111111 <PHONE_1> DE89370400440532013000 219-09-9999 203.0.113.7")]
    [TestCase(SensitiveKind.Iban, "a@example.com 4111111111111111 +4930901820 <IBAN_1> 219-09-9999 203.0.113.7")]
    [TestCase(SensitiveKind.NationalId, "a@example.com 4111111111111111 +4930901820 DE89370400440532013000 <NATIONAL_ID_1> 203.0.113.7")]
    [TestCase(SensitiveKind.Ip, "a@example.com 4111111111111111 +4930901820 DE89370400440532013000 219-09-9999 <IP_1>")]
    public void OnlyTheKindsThatAreAskedFor_AreReplaced(SensitiveKind kind, string sent) =>
        Pii("a@example.com 4111111111111111 +4930901820 DE89370400440532013000 219-09-9999 203.0.113.7", new PiiOptions { Kinds = [kind] }).Should().Be(sent);

    private sealed class Failing() : RedactingStep(new FailingScanner(), new StepPolicy("pii", StepMode.Redact, StepMode.Redact))
    {
        protected override bool IsOurs(SensitiveKind kind) => true;
    }

    private sealed class FailingScanner : ITextScanner
    {
        public void Scan(ScannedText text, List<Sighting> found) => throw new InvalidOperationException("broken");
    }
}
