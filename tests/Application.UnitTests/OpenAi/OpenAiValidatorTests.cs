using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.OpenAi;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.OpenAi;

/// <summary>The bounds of what clients of OpenAI's API may ask; fields have the names that those clients know.</summary>
public sealed class OpenAiValidatorTests
{
    private static readonly CompleteChat Acceptable = new([new ChatMessage(ChatRole.User, "x")], new ChatOptions(), "m", MaxTokens: null, Store: true, Stream: false);

    private static IEnumerable<TestCaseData<CompleteChat, string?>> Chats()
    {
        yield return Case(Acceptable, null);
        yield return Case(Acceptable with { Messages = [] }, "Messages");
        yield return Case(Acceptable with { Messages = [.. Enumerable.Repeat(Acceptable.Messages[0], 2049)] }, "Messages");
        yield return Case(Acceptable with { Model = "" }, "Model");
        yield return Case(Acceptable with { MaxTokens = 0 }, "max_tokens");
        yield return Case(Acceptable with { Options = new ChatOptions { Temperature = 2 } }, null);
        yield return Case(Acceptable with { Options = new ChatOptions { Temperature = 2.1f } }, "temperature");
        yield return Case(Acceptable with { Options = new ChatOptions { TopP = -0.1f } }, "top_p");
        yield return Case(Acceptable with { Options = new ChatOptions { FrequencyPenalty = 2.1f } }, "frequency_penalty");
        yield return Case(Acceptable with { Options = new ChatOptions { PresencePenalty = -2.1f } }, "presence_penalty");
        yield return Case(Acceptable with { Options = new ChatOptions { StopSequences = [.. Enumerable.Repeat("x", 5)] } }, "stop");
        yield return Case(Acceptable with { Options = new ChatOptions { StopSequences = [new string('x', 501)] } }, "stop");
        yield return Case(Acceptable with { Repeat = new RepeatableRequest("", default) }, "idempotencyKey");
        yield return Case(Acceptable with { Repeat = new RepeatableRequest("a\nb", default) }, "idempotencyKey");
        yield return Case(Acceptable with { Repeat = new RepeatableRequest(new string('k', RepeatableRequest.KeyMaxLength), default) }, null);
        yield return Case(Acceptable with { Repeat = new RepeatableRequest(new string('k', RepeatableRequest.KeyMaxLength + 1), default) }, "idempotencyKey");
    }

    [TestCaseSource(nameof(Chats))]
    public void AChat_IsChecked(CompleteChat request, string? field) =>
        new CompleteChatValidator().Validate(request).Errors.Select(error => error.PropertyName).Distinct().Should().BeEquivalentTo(field is null ? [] : new[] { field });

    [TestCase(1, 1, null)]
    [TestCase(0, 1, "input")]
    [TestCase(2049, 1, "input")]
    [TestCase(1, 0, "input")]
    [TestCase(1, 200_001, "input")]
    public void Texts_AreBoundedInNumberAndLength(int count, int length, string? field) =>
        new CreateEmbeddingsValidator().Validate(new CreateEmbeddings([.. Enumerable.Repeat(new string('x', length), count)], "m", null, null))
            .Errors.Select(error => error.PropertyName).Distinct().Should().BeEquivalentTo(field is null ? [] : new[] { field });

    private static TestCaseData<CompleteChat, string?> Case(CompleteChat request, string? field) =>
        new TestCaseData<CompleteChat, string?>(request, field).SetArgDisplayNames(field ?? "fine");
}
