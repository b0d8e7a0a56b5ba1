using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Prompting;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Prompting;

internal sealed class PromptTextsTests
{
    private static readonly JsonElement Mark = JsonElement.Parse("""{"type":"ephemeral"}""");

    private static readonly Dictionary<string, AIContent> Cleaned = new(StringComparer.Ordinal)
    {
        ["a part"] = TextForms.In(TextForms.Part, "a\u200Bb"),
        ["a refusal"] = TextForms.In(TextForms.Refusal, "a\u200Bb"),
        ["reasoning"] = new TextReasoningContent("a\u200Bb") { RawRepresentation = ReasoningFields.Plain, ProtectedData = "c2ln" },
        ["a result"] = new FunctionResultContent("1", "a\u200Bb"),
        ["a result of one part"] = new FunctionResultContent("1", new TextContent("a\u200Bb")),
        ["a result of parts"] = new FunctionResultContent("1", new List<AIContent> { new TextContent("a\u200Bb"), new DataContent(new byte[] { 1 }, "image/png") }),
    };

    private static IEnumerable<string> CleanedNames => Cleaned.Keys;

    [TestCaseSource(nameof(CleanedNames))]
    public void Map_KeepsWhatGoesAlongWithAText(string name)
    {
        var content = Cleaned[name];
        content.AdditionalProperties = new() { [PartFields.CacheControl] = Mark };
        var message = new ChatMessage(ChatRole.User, [content]) { AuthorName = "ann", AdditionalProperties = new() { ["own"] = 1 } };

        var mapped = PromptTexts.Map([message], text => text.Replace("\u200B", "", StringComparison.Ordinal))[0];

        PromptTexts.Of(mapped).Should().Equal("ab", Mark.GetRawText());
        var changed = mapped.Contents.Should().ContainSingle().Subject;
        changed.Should().BeOfType(content.GetType());
        changed.RawRepresentation.Should().Be(content.RawRepresentation);
        changed.AdditionalProperties.Should().BeSameAs(content.AdditionalProperties);
        (changed as TextReasoningContent)?.ProtectedData.Should().Be("c2ln");
        PromptTexts.Contents(mapped).OfType<DataContent>().Should().HaveCount(PromptTexts.Contents(message).OfType<DataContent>().Count());
        mapped.Should().BeEquivalentTo(new { Role = ChatRole.User, AuthorName = "ann" });
        mapped.AdditionalProperties.Should().ContainKey("own");
        PromptTexts.Of(message).Should().Equal(["a\u200Bb", Mark.GetRawText()], "the message itself stays");
    }

    [Test]
    public void Map_LeavesWhatTheModelSigned_AndCopiesNothing()
    {
        IReadOnlyList<ChatMessage> messages =
        [
            new(ChatRole.Assistant,
            [
                new MessageField("thinking_blocks", JsonElement.Parse("\"a\\u200Bb\"")),
                new FunctionCallContent("1", "f") { RawRepresentation = "{\"a\":\"\u200B\"}" },
            ]),
            new(ChatRole.Tool, [new FunctionResultContent("1", new List<AIContent> { new TextContent("clean") })]),
        ];

        PromptTexts.Map(messages, text => text.Contains('\u200B', StringComparison.Ordinal) ? "" : text).Should().BeSameAs(messages);
    }

    [Test]
    public void Of_HoldsAllThatAModelReads()
    {
        var message = new ChatMessage(ChatRole.Assistant,
        [
            new TextContent("text"),
            TextForms.In(TextForms.RefusalPart, "refusal"),
            ReasoningFields.Piece("reasoning", ReasoningFields.Plain),
            new MessageField("extra_content", JsonElement.Parse("""{"a":1}""")),
            new FunctionCallContent("1", "f") { RawRepresentation = "{}", AdditionalProperties = new() { [PartFields.ExtraContent] = JsonElement.Parse("""{"b":2}""") } },
            new FunctionResultContent("1", new List<AIContent> { new TextContent("part"), new DataContent(new byte[] { 1 }, "image/png") }),
        ])
        {
            AdditionalProperties = new() { [PartFields.CacheControl] = Mark },
        };

        PromptTexts.Of(message).Should().Equal("text", "refusal", "reasoning", """{"a":1}""", "{}", """{"b":2}""", "part", Mark.GetRawText());
    }
}
