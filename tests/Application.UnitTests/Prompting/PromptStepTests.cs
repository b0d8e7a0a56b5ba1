using CleanLlm.Application.Ai;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Optimizing;
using CleanLlm.Application.Prompting.Redaction;
using CleanLlm.Application.Prompting.Screening;
using CleanLlm.Application.Prompting.Steps;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Application.UnitTests.Prompting;

internal sealed class PromptStepTests
{
    [Test]
    public async Task Sanitize_CleansQuestionAndSystemPrompt_AndCounts()
    {
        var draft = Drafts.Of(Drafts.Asking("h\u200Bi") with
        {
            OperatorSystemPrompt = "op\u200B",
            SystemPrompt = "be\u202E \0brief",
            History = [new(MessageRole.User, "o\u200Bld")],
        });

        var clean = (await new SanitizeStep().ApplyAsync(draft)).Value;

        clean.Slots.Select(slot => slot.Text).Should().Equal("op\u200B", "be brief", "o\u200Bld", "hi");
        clean.Question.Should().Be("hi", "nobody is to see what was invisible");
        clean.Findings.Should().Equal(new Finding("sanitize", "invisible_characters_removed", 3) { Action = StepMode.Redact });
    }

    [Test]
    public async Task Sanitize_LeavesWhatTheModelSigned_AndWhatIsClean()
    {
        var draft = Drafts.Of(new PromptContent
        {
            Messages =
            [
                new(ChatRole.Assistant,
                [
                    new MessageField("thinking_blocks", System.Text.Json.JsonElement.Parse("\"a\\u200Bb\"")),
                    new FunctionCallContent("1", "f") { RawRepresentation = "{\"a\":\"\u200B\"}" },
                    new FunctionCallContent("2", "f") { RawRepresentation = "no JSON \u200B" },
                ]),
                new(ChatRole.User, "clean"),
            ],
        });

        (await new SanitizeStep().ApplyAsync(draft)).Value.Should().BeSameAs(draft);
    }

    [Test]
    public void Question_OfSeveralTexts_HasABreakBetweenThem() =>
        Drafts.Of(new PromptContent { Messages = [new ChatMessage(ChatRole.User, [TextForms.In(TextForms.Part, "One"), TextForms.In(TextForms.Part, "Two")])] })
            .Question.Should().Be("One\nTwo");

    [Test]
    public async Task Sanitize_BringsTextIntoNfc()
    {
        var clean = (await new SanitizeStep().ApplyAsync(Drafts.Of("e\u0301"))).Value;

        clean.Question.Should().Be("é");
        clean.Findings.Should().BeEmpty();
    }

    [Test]
    public async Task Sanitize_OfAnyCharacter_NeverThrows()
    {
        var all = string.Concat(Enumerable.Range(0, 0x10000).Select(c => $"{(char)c} "));

        (await new SanitizeStep().ApplyAsync(Drafts.Of(Drafts.Asking(all) with { SystemPrompt = all }))).IsSuccess.Should().BeTrue();
    }

    [TestCase("")]
    [TestCase(" \r\n\t\u3000")]
    public async Task Size_WhenNothingIsVisible_NamesTheField(string question)
    {
        (await new SizeStep().ApplyAsync(Drafts.Of(question) with { Field = "content" })).Error!.Fields.Should().ContainKey("content");
        (await new SizeStep().ApplyAsync(Drafts.Of(new PromptContent { Inputs = ["text", question] }) with { Field = "input" })).Error!.Fields.Should().ContainKey("input");
    }

    [TestCase(Message.ContentMaxLength, true)]
    [TestCase(Message.ContentMaxLength + 1, false)]
    public async Task Size_BoundsTheQuestion(int length, bool fits) =>
        (await new SizeStep().ApplyAsync(Drafts.Of(new string('a', length)))).IsSuccess.Should().Be(fits);

    [TestCase(null, null, null, null)]
    [TestCase("operator", null, null, "operator")]
    [TestCase(null, "plan", null, "plan")]
    [TestCase(null, null, "chat", "chat")]
    [TestCase("operator", null, "chat", "operator\n\nchat")]
    [TestCase("operator", "plan", "chat", "operator\n\nplan\n\nchat")]
    [TestCase(" ", "\n", "", null)]
    public void SystemPrompt_PutsTheOperatorFirst_ThenThePlan(string? ofOperator, string? ofPlan, string? ofChat, string? expected)
    {
        var sent = Drafts.Of(Drafts.Asking("hi") with { OperatorSystemPrompt = ofOperator, PlanSystemPrompt = ofPlan, SystemPrompt = ofChat }).Assemble();

        sent.Messages.FirstOrDefault(message => message.Role == ChatRole.System)?.Text.Should().Be(expected);
        sent.Messages.Should().HaveCount(expected is null ? 1 : 2);
    }

    [Test]
    public async Task Pipeline_RunsStepsInOrder()
    {
        var pipeline = Drafts.Pipeline(new Adding("a"), new Adding("b"), new Adding("c"));

        var prepared = (await pipeline.PrepareAsync(Drafts.Of(">"), Drafts.Context, CancellationToken.None)).Value;

        prepared.Assemble().Messages.Should().ContainSingle().Which.Text.Should().Be(">abc");
        prepared.Question.Should().Be(">", "what the user wrote stays");
    }

    [Test]
    public async Task Pipeline_EndsWithTheFirstRefusal()
    {
        var last = new Adding("never");
        var pipeline = Drafts.Pipeline(new Adding("a"), new Refusing("first"), new Refusing("second"), last);

        (await pipeline.PrepareAsync(Drafts.Of(">"), Drafts.Context, CancellationToken.None)).Error!.Code.Should().Be("first");
        last.Runs.Should().Be(0);
    }

    [Test]
    public void AddApplication_RegistersTheStepsInTheirOrder()
    {
        var steps = new ServiceCollection().AddApplication(new ConfigurationBuilder().Build()).Where(service => service.ServiceType == typeof(IPromptStep));

        steps.Select(step => step.ImplementationType).Should().Equal(
            typeof(SanitizeStep), typeof(SizeStep), typeof(WindowStep), typeof(InjectionStep), typeof(SecretsStep), typeof(PiiStep), typeof(OptimizeStep));
    }

    private sealed class Adding(string text) : IPromptStep
    {
        public int Runs { get; private set; }

        public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct)
        {
            Runs++;
            return ValueTask.FromResult<Result<PromptDraft>>(draft.Map(slot => slot.Rewrite(old => old + text)));
        }
    }

    private sealed class Refusing(string code) : IPromptStep
    {
        public ValueTask<Result<PromptDraft>> ApplyAsync(PromptDraft draft, PromptContext context, StepMode mode, CancellationToken ct) =>
            ValueTask.FromResult<Result<PromptDraft>>(new Error(ErrorKind.Invalid, code, "No."));
    }
}
