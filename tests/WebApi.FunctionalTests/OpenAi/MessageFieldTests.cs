using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.Testing.Upstream.OpenAi;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>What stands in a conversation's messages reaches a provider of the same kind as it came.</summary>
public sealed class MessageFieldTests(DatabaseKind kind) : OpenAiTests(kind)
{
    private const string Path = "/v1/chat/completions";
    private const string Picture = """{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"low"}}""";
    private const string Ask = """{"role":"user","content":"How do you do?"}""";
    private const string Call = """{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"at\":\"sea\"}"}}""";

    private static readonly Dictionary<string, string> Unchanged = new(StringComparer.Ordinal)
    {
        ["a text"] = Ask,
        ["a list of one text"] = """{"role":"user","content":[{"type":"text","text":"One"}]}""",
        ["several texts, one of them empty"] = """{"role":"user","content":[{"type":"text","text":"One"},{"type":"text","text":""},{"type":"text","text":"Two"}]}""",
        ["parts of a system prompt"] = """{"role":"system","content":[{"type":"text","text":"One"},{"type":"text","text":"Two","cache_control":{"type":"ephemeral","ttl":"1h"}}]},ASK""",
        ["parts of a developer's prompt"] = """{"role":"developer","name":"ops","content":[{"type":"text","text":"One"}]},ASK""",
        ["cache_control of messages"] = """{"role":"system","content":"Be brief.","cache_control":{"type":"ephemeral"}},{"role":"user","content":"Hello","cache_control":{"type":"ephemeral"}},{"role":"assistant","content":"Hi","cache_control":{"type":"ephemeral"}},ASK""",
        ["cache_control of a picture"] = """{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.org/a.png"},"cache_control":{"type":"ephemeral"}}]}""",
        ["reasoning_content"] = """ASK,{"role":"assistant","content":"Well.","reasoning_content":"They ask.\nI answer."},ASK""",
        ["reasoning"] = """ASK,{"role":"assistant","content":"Well.","reasoning":"They ask."},ASK""",
        ["both names of reasoning"] = """ASK,{"role":"assistant","content":"Well.","reasoning":"They ask.","reasoning_content":"They ask."},ASK""",
        ["reasoning and nothing else"] = """ASK,{"role":"assistant","content":null,"reasoning_content":"They ask."},ASK""",
        ["empty reasoning"] = """ASK,{"role":"assistant","content":"Well.","reasoning_content":""},ASK""",
        ["what a family needs back"] = """ASK,{"role":"assistant","content":"Well.","extra_content":{"google":{"thought_signature":"c2ln"}},"reasoning_details":[{"type":"reasoning.encrypted","data":"YQ==","index":0}],"thinking_blocks":[{"type":"thinking","thinking":"a\u200Bb","signature":"c2ln"}],"annotations":[{"type":"url_citation","url_citation":{"url":"https://example.org"}}]},ASK""",
        ["a name and a refusal"] = """ASK,{"role":"assistant","name":"ann","content":null,"refusal":"No."},ASK""",
        ["a refusal beside text"] = """ASK,{"role":"assistant","content":"Well.","refusal":"No."},ASK""",
        ["a refusal as a part"] = """ASK,{"role":"assistant","content":[{"type":"text","text":"Well."},{"type":"refusal","refusal":"No."}]},ASK""",
        ["a call with reasoning"] = """ASK,{"role":"assistant","content":null,"reasoning_content":"I look.","tool_calls":[CALL]},{"role":"tool","tool_call_id":"call_1","content":"Blue"}""",
        ["a call beside an empty text"] = """ASK,{"role":"assistant","content":"","tool_calls":[CALL]},{"role":"tool","tool_call_id":"call_1","content":""}""",
        ["a call beside parts"] = """ASK,{"role":"assistant","content":[{"type":"text","text":"I look."}],"tool_calls":[CALL]},{"role":"tool","tool_call_id":"call_1","content":"Blue"}""",
        ["extra_content of a call"] = """ASK,{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","extra_content":{"google":{"thought_signature":"c2ln"}},"function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"Blue"}""",
        ["texts of a result"] = Result("""[{"type":"text","text":"Blue"},{"type":"text","text":"Wide","cache_control":{"type":"ephemeral"}}]"""),
        ["a picture of a result"] = Result("""[{"type":"text","text":"Blue"},PICTURE]"""),
        ["a file and speech of a result"] = Result("""[{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0="}},{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]"""),
        ["name and cache_control of a result"] = """ASK,{"role":"assistant","content":null,"tool_calls":[CALL]},{"role":"tool","name":"look","tool_call_id":"call_1","content":"Blue","cache_control":{"type":"ephemeral"}}""",
    };

    private static readonly Dictionary<string, (string Sent, string Arrived)> Changed = new(StringComparer.Ordinal)
    {
        ["fields that are not known"] = (
            """ASK,{"role":"assistant","content":null,"weight":1,"provider_specific_fields":{"a":1},"tool_calls":[{"index":0,"id":"call_1","type":"function","own":1,"function":{"name":"look","arguments":"{}"}}]},{"role":"tool","own":1,"tool_call_id":"call_1","content":"Blue"}""",
            """ASK,{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"Blue"}"""),
        ["fields of parts that are not known"] = (
            """{"role":"user","content":[{"type":"text","text":"a","own":1},{"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"low","own":1,"file_url":"http://127.0.0.1"},"own":1,"uuid":"x"},{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav","url":"http://127.0.0.1"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0=","file_url":"http://127.0.0.1"},"cache_control":{"type":"ephemeral"}}]}""",
            """{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"low"}},{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0="},"cache_control":{"type":"ephemeral"}}]}"""),
        ["contents of other types in a part"] = (
            """{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.org/a.png"},"file":{"file_data":"http://127.0.0.1"},"input_audio":{"data":"AAAA","format":"wav"}},{"type":"text","text":"a"}]}""",
            """{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.org/a.png"}},{"type":"text","text":"a"}]}"""),
        ["null where it may be left out"] = (
            """{"role":"user","name":null,"content":"Hello"},{"role":"assistant","content":"Hi","refusal":null,"audio":null,"function_call":null,"annotations":null,"reasoning":null,"tool_calls":null},ASK""",
            """{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi"},ASK"""),
        ["invisible characters of texts, reasoning and results"] = (
            """{"role":"user","content":[{"type":"text","text":"a\u200Bb","cache_control":{"type":"ephemeral"}}]},{"role":"assistant","content":null,"reasoning":"c\u200Bd","refusal":"e\u200Bf","tool_calls":[{"id":"1","type":"function","function":{"name":"look","arguments":"{}"}},{"id":"2","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","name":"look","tool_call_id":"1","content":[{"type":"text","text":"g\u200Bh"}]},{"role":"tool","tool_call_id":"2","content":"i\u200Bj","cache_control":{"type":"ephemeral"}}""",
            """{"role":"user","content":[{"type":"text","text":"ab","cache_control":{"type":"ephemeral"}}]},{"role":"assistant","content":null,"reasoning":"cd","refusal":"ef","tool_calls":[{"id":"1","type":"function","function":{"name":"look","arguments":"{}"}},{"id":"2","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","name":"look","tool_call_id":"1","content":[{"type":"text","text":"gh"}]},{"role":"tool","tool_call_id":"2","content":"ij","cache_control":{"type":"ephemeral"}}"""),
        ["calls whose ids are empty"] = (
            """ASK,{"role":"assistant","content":null,"tool_calls":[{"id":"","type":"function","function":{"name":"look","arguments":"{}"}},{"id":"","type":"function","function":{"name":"hear","arguments":""}}]},{"role":"tool","tool_call_id":"","content":"Blue"},{"role":"tool","tool_call_id":"","content":"Loud"},{"role":"assistant","content":"Sea."},ASK""",
            """ASK,{"role":"assistant","content":null,"tool_calls":[{"id":"call_without_id_1","type":"function","function":{"name":"look","arguments":"{}"}},{"id":"call_without_id_2","type":"function","function":{"name":"hear","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_without_id_1","content":"Blue"},{"role":"tool","tool_call_id":"call_without_id_2","content":"Loud"},{"role":"assistant","content":"Sea."},ASK"""),
    };

    private static IEnumerable<string> UnchangedNames => Unchanged.Keys;

    private static IEnumerable<string> ChangedNames => Changed.Keys;

    [TestCaseSource(nameof(UnchangedNames))]
    public async Task Messages_ReachTheProvider_AsTheyCame(string name) => await ShouldArriveAsync(name, Fill(Unchanged[name]), Fill(Unchanged[name]));

    [TestCaseSource(nameof(ChangedNames))]
    public async Task Messages_WhenSomethingMayNotPass_ReachTheProvider_WithoutIt(string name) =>
        await ShouldArriveAsync(name, Fill(Changed[name].Sent), Fill(Changed[name].Arrived));

    [Test]
    public async Task Tools_ReachTheProvider_AsTheyCame()
    {
        const string tools =
            """[{"type":"function","function":{"name":"look","strict":true},"cache_control":{"type":"ephemeral"}},{"type":"function","function":{"name":"hear","description":"","parameters":{}}}]""";

        await PostAsync("tools", Ask, $"\"tools\":{tools},");

        Sent("tools").GetProperty("tools").GetRawText().Should().Be(tools);
    }

    [TestCase("tools", """[{"type":"function","own":1,"server_url":"http://127.0.0.1","function":{"own":1,"name":"look","strict":true,"parameters":{"type":"object","own":1}}}]""",
        """[{"type":"function","function":{"name":"look","strict":true,"parameters":{"type":"object","own":1}}}]""")]
    [TestCase("tool_choice", """{"type":"function","own":1,"function":{"name":"look","own":1}}""", """{"type":"function","function":{"name":"look"}}""")]
    [TestCase("tool_choice", """{"type":"allowed_tools","allowed_tools":{"mode":"auto","own":1,"tools":[{"type":"function","function":{"name":"look"},"own":1}]}}""",
        """{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"look"}}]}}""")]
    [TestCase("response_format", """{"type":"json_schema","own":1,"json_schema":{"name":"a","strict":true,"own":1,"schema":{"type":"object","own":1}}}""",
        """{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{"type":"object","own":1}}}""")]
    public async Task FieldsOfToolsAndFormats_ThatAreNotKnown_DoNotReachTheProvider(string field, string sent, string arrived)
    {
        var mark = $"inside-{field}-{sent.Length}";
        var tools = field == "tools" ? "" : "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}],";

        await PostAsync(mark, Ask, $"{tools}\"{field}\":{sent},");

        Sent(mark).GetProperty(field).GetRawText().Should().Be(arrived);
    }

    [TestCase("""{"role":"user","content":[{"type":"video_url","video_url":{"url":"https://example.org/a.mp4"}}]}""", "messages[0].content[0].type", "invalid_value")]
    [TestCase("""{"role":"user","content":[{"type":"input_file","file_id":"f-1"}]}""", "messages[0].content[0].type", "invalid_value")]
    [TestCase("""{"role":"user","content":[{"type":"file","file":{"file_id":"f-1"}}]}""", "messages[0].content[0].file.file_id", "unsupported_value")]
    [TestCase("""{"role":"user","content":"Hi","cache_control":true}""", "messages[0].cache_control", "invalid_type")]
    [TestCase("""{"role":"user","content":[{"type":"text","text":"Hi","cache_control":"ephemeral"}]}""", "messages[0].content[0].cache_control", "invalid_type")]
    [TestCase("""{"role":"assistant","content":"Hi","reasoning_content":["They ask."]}""", "messages[0].reasoning_content", "invalid_type")]
    [TestCase("""{"role":"assistant","content":null,"audio":{"id":"audio_1"}}""", "messages[0].audio", "unsupported_value")]
    [TestCase("""{"role":"assistant","content":"Hi","function_call":{"name":"look","arguments":"{}"}}""", "messages[0].function_call", "unsupported_value")]
    [TestCase("""{"role":"assistant","content":null}""", "messages[0].content", "missing_required_parameter")]
    [TestCase("""{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"","content":"Blue"}""", "messages[1].role", "invalid_value")]
    [TestCase("""{"role":"assistant","content":null,"tool_calls":[{"id":"","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"","content":"Blue"},{"role":"tool","tool_call_id":"","content":"Blue"}""", "messages[2].role", "invalid_value")]
    [TestCase("""{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":[{"type":"video_url"}]}""", "messages[1].content[0].type", "invalid_value")]
    public async Task Messages_WhenTheyCannotBeCarried_AreRefused_AndTheFieldIsNamed(string messages, string param, string code)
    {
        var answer = await Caller.PostAsync(Path, ApiCaller.Parse($$"""{"model":"{{OpenAiServer.ChatModel}}","messages":[{{messages}}]}"""));

        var error = answer.ShouldBe(HttpStatusCode.BadRequest).Json.GetProperty("error");
        error.GetProperty("param").GetString().Should().Be(param);
        error.GetProperty("code").GetString().Should().Be(code);
    }

    [Test]
    public async Task Question_OfSeveralTexts_IsKeptWithABreakBetweenThem()
    {
        var answer = await PostAsync("kept", """{"role":"user","content":[{"type":"text","text":"One"},{"type":"text","text":"Two"}]}""");

        var export = await Caller.GetAsync("/api/v1/users/me/export");
        export.ShouldBe(HttpStatusCode.OK).Body.Should().Contain("One\\nTwo").And.Contain(answer.Headers["Completion-Id"]);
    }

    private static string Result(string content) =>
        $$"""ASK,{"role":"assistant","content":null,"tool_calls":[CALL]},{"role":"tool","tool_call_id":"call_1","content":{{content}}}""";

    private static string Fill(string messages) => messages.Replace("ASK", Ask, StringComparison.Ordinal)
        .Replace("CALL", Call, StringComparison.Ordinal)
        .Replace("PICTURE", Picture, StringComparison.Ordinal);

    private async Task ShouldArriveAsync(string name, string sent, string arrived)
    {
        await PostAsync(name, sent);

        var messages = Sent(name).GetProperty("messages");
        var expected = ApiCaller.Parse($"[{arrived}]");
        JsonElement.DeepEquals(messages, expected).Should().BeTrue("of {0} arrived {1}", expected.GetRawText(), messages.GetRawText());
    }

    private async Task<ApiAnswer> PostAsync(string mark, string messages, string more = "") =>
        (await Caller.PostAsync(Path, ApiCaller.Parse($$"""{{{more}}"model":"{{OpenAiServer.ChatModel}}","user":"{{mark}}","messages":[{{messages}}]}""")))
        .ShouldBe(HttpStatusCode.OK);

    /// <summary>The one body that reached the provider under the mark.</summary>
    private JsonElement Sent(string user) => Plain.ChatBodies.Select(ApiCaller.Parse).Single(body => body.GetProperty("user").GetString() == user);
}
