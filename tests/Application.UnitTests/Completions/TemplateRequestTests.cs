using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Completions that are asked by a template, and those of a plan with a system prompt.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TemplateRequestTests : IDisposable
{
    private readonly RunnerFixture fixture = new();

    [SetUp]
    public void Answer() => fixture.Model.Says("Hallo").Ends();

    public void Dispose() => fixture.Dispose();

    [Test]
    public async Task ATemplate_IsReadOnce_AndOnlyWhereOneIsNamed()
    {
        await fixture.StartAsync(fixture.Ask());
        fixture.Templates.Reads.Should().Be(0);

        var template = fixture.Templates.Add(owner: null, "Translate {{text}}.", new TemplateParameter("text"));
        await fixture.StartAsync(Ask(template, ("text", "Hello")));

        fixture.Templates.Reads.Should().Be(1);
        fixture.Store.Admitted[^1].Should().BeEquivalentTo(new { Prompt = "text: Hello" });
        TemplateUse.Parse(fixture.Store.Admitted[^1].Template, "text: Hello").Should()
            .BeEquivalentTo(new { TemplateId = template, Version = 1, IsShared = true, Instruction = "Translate {{text}}.", Content = "" });
    }

    [Test]
    public async Task AStoredQuestion_IsAskedByTheTemplateAsItWas()
    {
        var use = new TemplateUse(TemplateId.New(DateTimeOffset.UnixEpoch), 3, IsShared: false, "Old {{text}}.", "", [new("text", "Hello")]);
        fixture.Conversation = new Conversation(Model: null, SystemPrompt: "chat", ParentId: null, Messages: [])
        {
            Question = new StoredQuestion(MessageId.New(DateTimeOffset.UnixEpoch), use.Text) { Template = use },
        };

        var run = (await fixture.StartAsync(fixture.Ask() with { Messages = [], ChatId = ChatId.New(DateTimeOffset.UnixEpoch), Regenerates = MessageId.New(DateTimeOffset.UnixEpoch) })).Value;
        await RunnerFixture.EndOfAsync(run);

        fixture.Templates.Reads.Should().Be(0, "it may be deleted");
        var sent = fixture.Model.Calls[^1].Messages;
        sent[0].Text.Should().StartWith("chat\n\nOld {{text}}.");
        sent[^1].Text.Should().Be(ParameterBlocks.Compose(use));
    }

    [Test]
    public async Task AChatsQuestion_KeepsItsTemplate()
    {
        fixture.Conversation = new Conversation(Model: null, SystemPrompt: null, ParentId: null, Messages: []);
        var template = fixture.Templates.Add(fixture.UserId, "Translate {{text}}.", new TemplateParameter("text"));

        var run = (await fixture.StartAsync(Ask(template, ("text", "Hello")) with { ChatId = ChatId.New(DateTimeOffset.UnixEpoch) })).Value;
        await RunnerFixture.EndOfAsync(run);

        var question = fixture.Store.Closings[^1].Exchange!.Question!;
        question.Should().BeEquivalentTo(new { Content = "text: Hello", Role = MessageRole.User });
        TemplateUse.Parse(question.Template, question.Content)!.IsShared.Should().BeFalse();
        fixture.Store.Closings[^1].Completion.Template.Should().BeNull("the message has it");
    }

    [Test]
    public async Task WhatIsNotThere_OrAnotherUsers_OrWrong_IsRefusedBeforeAnythingIsHeld()
    {
        var other = fixture.Templates.Add(UserId.New(DateTimeOffset.UnixEpoch), "Hi.");
        var needy = fixture.Templates.Add(owner: null, "Translate {{text}}.", new TemplateParameter("text"));

        foreach (var id in (TemplateId[])[other, TemplateId.New(DateTimeOffset.UnixEpoch)])
            (await fixture.StartAsync(Ask(id))).Error.Should().Be(TemplateErrors.Unknown);
        (await fixture.StartAsync(Ask(needy, ("more", "x")))).Error!.Fields.Keys.Should().BeEquivalentTo("parameters.text", "parameters.more");
        fixture.Store.Admitted.Should().BeEmpty();
    }

    [Test]
    public async Task ThePlansSystemPrompt_IsSent_AheadOfTheChats()
    {
        fixture.Plan = Plan.Create(fixture.Plan!.Terms with { SystemPrompt = "plan" }, DateTimeOffset.UnixEpoch).Value;
        fixture.Conversation = new Conversation(Model: null, SystemPrompt: "chat", ParentId: null, Messages: []);

        await RunnerFixture.EndOfAsync((await fixture.StartAsync(fixture.Ask() with { ChatId = ChatId.New(DateTimeOffset.UnixEpoch) })).Value);

        fixture.Model.Calls[^1].Messages[0].Text.Should().Be("plan\n\nchat");
    }

    [TestCase(true, "", null, "")]
    [TestCase(false, "", null, "prompt")]
    [TestCase(true, "hi", 0, "templateVersion")]
    [TestCase(true, "hi", 1, "")]
    public void Rules_NameTheField(bool hasTemplate, string prompt, int? version, string field)
    {
        var call = hasTemplate ? TemplateCall.Of(TemplateId.New(DateTimeOffset.UnixEpoch), version, parameters: null) : null;

        Faults(new Complete(prompt, null, null, null, true, null, false) { Template = call }).Should().BeEquivalentTo(field.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Test]
    public void Values_NeedATemplate_AndAreTexts()
    {
        var asked = new Complete("hi", null, null, null, true, null, false);
        Dictionary<string, string> values = new(StringComparer.Ordinal) { ["text"] = "x" };

        TemplateCall.Of(id: null, version: null, parameters: null).Should().BeNull();
        Faults(asked with { Template = TemplateCall.Of(id: null, version: null, values) }).Should().Equal("templateId");
        Faults(asked with { Template = TemplateCall.Of(id: null, 1, parameters: null) }).Should().Equal("templateId");
        values["text"] = null!;
        Faults(asked with { Template = TemplateCall.Of(TemplateId.New(DateTimeOffset.UnixEpoch), null, values) }).Should().Equal("parameters");
        Faults(asked with { Template = TemplateCall.Of(TemplateId.New(DateTimeOffset.UnixEpoch), null, Many(TemplateTerms.MaxParameters)) }).Should().BeEmpty();
        Faults(asked with { Template = TemplateCall.Of(TemplateId.New(DateTimeOffset.UnixEpoch), null, Many(TemplateTerms.MaxParameters + 1)) }).Should().Equal("parameters");
    }

    private static Dictionary<string, string> Many(int count) => Enumerable.Range(0, count).ToDictionary(i => $"p{i}", _ => "x", StringComparer.Ordinal);

    private static IEnumerable<string> Faults(Complete request) => new CompleteValidator().Validate(request).Errors.Select(fault => fault.PropertyName).Distinct();

    private CompletionRequest Ask(TemplateId template, params (string Name, string Value)[] values) =>
        fixture.Ask("") with { Template = TemplateCall.Of(template, version: null, values.ToDictionary(value => value.Name, value => value.Value, StringComparer.Ordinal)) };
}
