using System.Text.Json;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.UnitTests.Prompting;

internal sealed class PromptSlotTests
{
    private static readonly JsonElement Mark = JsonElement.Parse("""{"type":"ephemeral"}""");

    private static readonly Dictionary<string, AIContent> Contents = new(StringComparer.Ordinal)
    {
        ["a part"] = TextForms.In(TextForms.Part, "a-b"),
        ["a refusal"] = TextForms.In(TextForms.Refusal, "a-b"),
        ["reasoning"] = new TextReasoningContent("a-b") { RawRepresentation = ReasoningFields.Plain, ProtectedData = "c2ln" },
        ["a result"] = new FunctionResultContent("1", "a-b"),
        ["a result of one part"] = new FunctionResultContent("1", new TextContent("a-b")),
        ["a result of parts"] = new FunctionResultContent("1", new List<AIContent> { new TextContent("a-b"), new DataContent(new byte[] { 1 }, "image/png") }),
        ["a structured result"] = new FunctionResultContent("1", new { text = "a-b" }),
        ["a call"] = new FunctionCallContent("1", "f") { RawRepresentation = """{"text":"a-b"}""" },
        ["a call with values"] = new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["text"] = "a-b" }),
        ["a call of something else"] = new FunctionCallContent("1", "f") { RawRepresentation = "a-b" },
        ["a field of the model's family"] = new MessageField("annotations", JsonElement.Parse("""[{"a-b":1}]""")),
        ["the address of a picture"] = new UriContent("https://example.org/a-b.png", "image/png"),
        ["the name of a file"] = new DataContent(new byte[] { 1 }, "application/pdf") { Name = "a-b" },
    };

    private static IEnumerable<string> Names => Contents.Keys;

    [TestCaseSource(nameof(Names))]
    public void Rewrite_ReachesWhatIsSent_AndKeepsWhatGoesAlong(string name)
    {
        var content = Contents[name];
        content.AdditionalProperties = new() { [PartFields.CacheControl] = Mark };
        var message = new ChatMessage(ChatRole.User, [content]) { AuthorName = "ann", AdditionalProperties = new() { ["own"] = 1 } };
        var draft = Drafts.Of(new PromptContent { Messages = [message] });

        var changed = draft.Map(slot => slot.Rewrite(text => text.Replace("a-b", "c-d", StringComparison.Ordinal)));

        changed.Slots.SelectMany(slot => slot.Strings).Should().NotContain(text => text.Contains("a-b")).And.Contain(text => text.Contains("c-d"));
        var sent = changed.Assemble().Messages.Should().ContainSingle().Subject;
        Drafts.Of(new PromptContent { Messages = [sent] }).Slots.SelectMany(slot => slot.Strings).Should().Equal(changed.Slots.SelectMany(slot => slot.Strings));
        var part = sent.Contents.Should().ContainSingle().Subject;
        part.Should().BeOfType(content.GetType());
        (part as TextReasoningContent)?.ProtectedData.Should().Be("c2ln");
        (part as TextContent)?.RawRepresentation.Should().Be(content.RawRepresentation);
        part.AdditionalProperties.Should().BeSameAs(content.AdditionalProperties);
        sent.Should().BeEquivalentTo(new { Role = ChatRole.User, AuthorName = "ann" });
        sent.AdditionalProperties.Should().ContainKey("own");
        Drafts.Of(new PromptContent { Messages = [message] }).Slots.Select(slot => slot.Text).Should().Equal(draft.Slots.Select(slot => slot.Text), "the request itself stays");
    }

    [Test]
    public void Assemble_WhenNothingChanges_CopiesNoMessage()
    {
        var message = new ChatMessage(ChatRole.User, [.. Contents.Values]);

        Drafts.Of(new PromptContent { Messages = [message] }).Map(slot => slot.Rewrite(text => text)).Assemble().Messages
            .Should().ContainSingle().Which.Should().BeSameAs(message);
    }

    [Test]
    public void Rewrite_ReachesFieldsBesideAContent_AndLeavesTheRequestAsItWas()
    {
        var field = JsonElement.Parse("""{"note":"a-b"}""");
        var text = new TextContent("text") { AdditionalProperties = new() { [PartFields.PassedOn] = field } };

        var sent = Drafts.Of(new PromptContent { Messages = [new ChatMessage(ChatRole.User, [text])] })
            .Map(slot => slot.Rewrite(old => old.Replace("a-b", "c-d", StringComparison.Ordinal))).Assemble().Messages[0].Contents[0];

        PartFields.Of(sent.AdditionalProperties, PartFields.PassedOn)!.Value.GetRawText().Should().Be("""{"note":"c-d"}""");
        PartFields.Of(text.AdditionalProperties, PartFields.PassedOn)!.Value.GetRawText().Should().Be(field.GetRawText());
    }

    [Test]
    public void Slots_HoldAllThatIsSent_InOrder_WithWhereItComesFrom()
    {
        var draft = Drafts.Of(new PromptContent
        {
            OperatorSystemPrompt = "operator",
            PlanSystemPrompt = "plan",
            SystemPrompt = "chat",
            History = [new Utterance(MessageRole.User, "asked"), new Utterance(MessageRole.Assistant, "answered")],
            Messages =
            [
                new(new ChatRole("developer"), "caller"),
                new(ChatRole.Assistant, [new TextContent("text"), new FunctionCallContent("id", "name") { RawRepresentation = "{}" }]),
                new(ChatRole.Tool, [new FunctionResultContent("id", "result")]),
                new(ChatRole.User, "question"),
            ],
            Options = new ChatOptions
            {
                Tools = [new ToolDefinition(JsonElement.Parse("""{"function":{"name":"name"}}"""))],
                StopSequences = ["stop"],
                AdditionalProperties = new() { ["response_format"] = Mark, ["tool_choice"] = Mark, ["guided_regex"] = JsonElement.Parse("\"x\""), ["ours"] = "goes nowhere" },
            },
        });

        draft.Slots.Select(slot => (slot.Provenance, slot.Text)).Should().Equal(
            (TextProvenance.OperatorSystemPrompt, "operator"),
            (TextProvenance.PlanSystemPrompt, "plan"),
            (TextProvenance.SystemPrompt, "chat"),
            (TextProvenance.History, "asked"),
            (TextProvenance.History, "answered"),
            (TextProvenance.SystemPrompt, "caller"),
            (TextProvenance.History, "text"),
            (TextProvenance.ToolCallArguments, "id"),
            (TextProvenance.ToolCallArguments, "name"),
            (TextProvenance.ToolCallArguments, "{}"),
            (TextProvenance.ToolResult, "id"),
            (TextProvenance.ToolResult, "result"),
            (TextProvenance.User, "question"),
            (TextProvenance.ToolDefinition, """{"function":{"name":"name"}}"""),
            (TextProvenance.PassedOnField, "stop"),
            (TextProvenance.ResponseFormat, Mark.GetRawText()),
            (TextProvenance.ToolDefinition, Mark.GetRawText()),
            (TextProvenance.PassedOnField, "\"x\""));
    }

    [Test]
    public void Rewrite_OfJson_ChangesNamesAndStrings_WhateverTheirEscapes_AndNothingElse()
    {
        var slot = PromptSlot.Of(TextProvenance.ToolDefinition, JsonElement.Parse("""{"n\u0061mex":["n\u0061mex",1.50,true,null,{"x":"é namex"}]}"""), SlotMarks.None);

        slot.Strings.Should().Equal("namex", "namex", "x", "é namex");
        slot.Rewrite(text => text.Replace("namex", "<\"N\">", StringComparison.Ordinal)).Text.Should().Be("""{"<\"N\">":["<\"N\">",1.50,true,null,{"x":"é <\"N\">"}]}""");
        slot.Rewrite(text => text).Should().BeSameAs(slot);
    }

    [Test]
    public void NamesThatFormatsAreMadeOf_AreNotOffered_ButWhatTheCallerNamedIs()
    {
        const string tool = """{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"name":{"type":"string"},"own":{"description":"d"}},"required":["name"]}}}""";
        var slot = PromptSlot.Of(TextProvenance.ToolDefinition, JsonElement.Parse(tool), SlotMarks.None);

        slot.Strings.Should().Equal("function", "f", "object", "name", "string", "own", "d", "name");
        slot.Rewrite(text => text == "name" ? "label" : text).Text
            .Should().Be(tool.Replace("""{"name":{""", """{"label":{""", StringComparison.Ordinal).Replace("""["name"]""", """["label"]""", StringComparison.Ordinal));
    }

    [Test]
    public void ArgumentsWithHalfACharacter_AreAPlainText()
    {
        var call = new FunctionCallContent("1", "f") { RawRepresentation = """{"a":"\ud83d"}""" };
        var draft = Drafts.Of(new PromptContent { Messages = [new ChatMessage(ChatRole.Assistant, [call])] });

        draft.Slots[^1].IsJson.Should().BeFalse();
        draft.Map(slot => slot.Rewrite(text => text)).Should().BeSameAs(draft);
    }

    [Test]
    public void AnAddressThatBecomesAPlaceholder_IsSentAsThat()
    {
        var link = new UriContent("https://ann.example.org/a.png", "image/png");

        var sent = Drafts.Of(new PromptContent { Messages = [new ChatMessage(ChatRole.User, [link])] })
            .Map(slot => slot.Rewrite(_ => "[ADDRESS 1]")).Assemble().Messages[0].Contents[0];

        ((UriContent)sent).Uri.OriginalString.Should().Be("[ADDRESS 1]");
    }

    [Test]
    public void DataOfAPicture_IsNoText()
    {
        var raw = JsonElement.Parse("""{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"},"input_audio":{"data":"BBBB"}}""");
        var content = new DataContent("data:image/png;base64,AAAA") { RawRepresentation = raw };
        var draft = Drafts.Of(new PromptContent { Messages = [new ChatMessage(ChatRole.User, [content])] });

        draft.Slots.Should().ContainSingle().Which.Strings.Should().Equal("image_url", "low");
        var sent = draft.Map(slot => slot.Rewrite(text => text == "low" ? "high" : text + "")).Assemble().Messages[0].Contents[0];
        ((JsonElement)sent.RawRepresentation!).GetRawText().Should().Be(raw.GetRawText().Replace("low", "high", StringComparison.Ordinal));
    }

    [Test]
    public void OriginalAndSent_AreTwoThings_AndCleaningIsForBoth()
    {
        var slot = PromptSlot.Of(TextProvenance.User, "I am *Ann*", SlotMarks.None);

        var redacted = slot.Rewrite(text => text.Replace("Ann", "<NAME>", StringComparison.Ordinal));
        var cleaned = redacted.Clean(text => text.Replace("*", "", StringComparison.Ordinal));

        (redacted.Text, redacted.Original).Should().Be(("I am *<NAME>*", "I am *Ann*"));
        (cleaned.Text, cleaned.Original).Should().Be(("I am <NAME>", "I am Ann"));
    }

    [Test]
    public void FormatAndChoice_SayTheSame_AsTheFieldsTheyCameFrom()
    {
        var options = new ChatOptions
        {
            ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"title":"a-b"}"""), "a-b"),
            ToolMode = ChatToolMode.RequireSpecific("a-b"),
            AdditionalProperties = new()
            {
                ["response_format"] = JsonElement.Parse("""{"type":"json_schema","json_schema":{"name":"a-b","schema":{"title":"a-b"}}}"""),
                ["tool_choice"] = JsonElement.Parse("""{"type":"function","function":{"name":"a-b"}}"""),
            },
        };

        Func<string, string> change = text => text.Replace("a-b", "c-d", StringComparison.Ordinal);
        var sent = Sent(options, change);
        options.AdditionalProperties = null;
        var bare = Sent(options, change);

        foreach (var changed in new[] { sent, bare })
        {
            changed.ResponseFormat.Should().BeOfType<ChatResponseFormatJson>().Which.Should().BeEquivalentTo(new { SchemaName = "c-d" });
            ((ChatResponseFormatJson)changed.ResponseFormat!).Schema!.Value.GetRawText().Should().Be("""{"title":"c-d"}""");
            changed.ToolMode.Should().BeOfType<RequiredChatToolMode>().Which.RequiredFunctionName.Should().Be("c-d");
        }
    }

    private static ChatOptions Sent(ChatOptions options, Func<string, string> change) =>
        Drafts.Of(Drafts.Asking("q") with { Options = options }).Map(slot => slot.Rewrite(change)).Assemble().Options!;
}
