using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Admission;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Results;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.UnitTests.Prompting;

internal sealed class PromptStepTests
{
    [Test]
    public void Sanitize_CleansQuestionAndSystemPrompt_AndCounts()
    {
        var draft = Drafts.Of("h\u200Bi") with { SystemPrompt = "be\u202E \0brief", History = [new(MessageRole.User, "o\u200Bld")] };

        var clean = new SanitizeStep().Apply(draft).Value;

        clean.Should().BeEquivalentTo(new { Question = "hi", SystemPrompt = "be brief" });
        clean.History.Should().Equal(draft.History);
        clean.Findings.Should().Equal(new Finding("sanitize", "invisible_characters_removed", 3));
    }

    [Test]
    public void Question_OfSeveralTexts_HasABreakBetweenThem()
    {
        var draft = Drafts.Of("") with { Messages = [new ChatMessage(ChatRole.User, [TextForms.In(TextForms.Part, "One"), TextForms.In(TextForms.Part, "Two")])] };

        draft.Question.Should().Be("One\nTwo");
    }

    [Test]
    public void Sanitize_BringsTextIntoNfc()
    {
        var clean = new SanitizeStep().Apply(Drafts.Of("e\u0301")).Value;

        clean.Should().BeEquivalentTo(new { Question = "é", SystemPrompt = (string?)null });
        clean.Findings.Should().BeEmpty();
    }

    [Test]
    public void Sanitize_OfAnyCharacter_NeverThrows()
    {
        var all = string.Concat(Enumerable.Range(0, 0x10000).Select(c => $"{(char)c} "));

        new SanitizeStep().Apply(Drafts.Of(all) with { SystemPrompt = all }).IsSuccess.Should().BeTrue();
    }

    [TestCase("")]
    [TestCase(" \r\n\t\u3000")]
    public void Size_WhenNothingIsVisible_NamesTheField(string question) =>
        new SizeStep().Apply(Drafts.Of(question) with { Field = "content" }).Error!.Fields.Should().ContainKey("content");

    [TestCase(Message.ContentMaxLength, true)]
    [TestCase(Message.ContentMaxLength + 1, false)]
    public void Size_BoundsTheQuestion(int length, bool fits) =>
        new SizeStep().Apply(Drafts.Of(new string('a', length))).IsSuccess.Should().Be(fits);

    [TestCase(null, null, null)]
    [TestCase("operator", null, "operator")]
    [TestCase(null, "chat", "chat")]
    [TestCase("operator", "chat", "operator\n\nchat")]
    [TestCase(" ", "", null)]
    public void SystemPrompt_PutsTheOperatorFirst(string? ofOperator, string? ofChat, string? expected)
    {
        var options = Options.Create(new PromptingOptions { SystemPrompt = ofOperator });

        new SystemPromptStep(options).Apply(Drafts.Of("hi") with { SystemPrompt = ofChat }).Value.SystemPrompt.Should().Be(expected);
    }

    [Test]
    public void Pipeline_RunsStepsInOrder()
    {
        var pipeline = new PromptPipeline([new Adding("a"), new Adding("b"), new Adding("c")]);

        pipeline.Prepare(Drafts.Of(">")).Value.Question.Should().Be(">abc");
    }

    [Test]
    public void Pipeline_EndsWithTheFirstRefusal()
    {
        var last = new Adding("never");
        var pipeline = new PromptPipeline([new Adding("a"), new Refusing("first"), new Refusing("second"), last]);

        pipeline.Prepare(Drafts.Of(">")).Error!.Code.Should().Be("first");
        last.Runs.Should().Be(0);
    }

    [Test]
    public void AddApplication_RegistersTheStepsInTheirOrder()
    {
        var steps = new ServiceCollection().AddApplication(new ConfigurationBuilder().Build()).Where(service => service.ServiceType == typeof(IPromptStep));

        steps.Select(step => step.ImplementationType).Should().Equal(
            typeof(SanitizeStep), typeof(SizeStep), typeof(SystemPromptStep), typeof(WindowStep));
    }

    private sealed class Adding(string text) : IPromptStep
    {
        public int Runs { get; private set; }

        public Result<PromptDraft> Apply(PromptDraft draft)
        {
            Runs++;
            return draft with { Messages = CompletionRequest.Question(draft.Question + text) };
        }
    }

    private sealed class Refusing(string code) : IPromptStep
    {
        public Result<PromptDraft> Apply(PromptDraft draft) => new Error(ErrorKind.Invalid, code, "No.");
    }
}
