using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CleanLlm.Testing.Upstream.OpenAi;

/// <summary>
/// What the lookalike of OpenAI answers: calls of the tools it is offered (two when the question says "both", with the question as argument when
/// it says "tell"), what a tool said, a JSON
/// object when that is asked for, else a text that tells what arrived.
/// </summary>
internal sealed class OpenAiReply
{
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private OpenAiReply(string text, IReadOnlyList<(string Id, string Name, string Arguments)> calls, string finish) =>
        (Text, Calls, Finish) = (text, calls, finish);

    public string Text { get; }

    public IReadOnlyList<(string Id, string Name, string Arguments)> Calls { get; }

    public string Finish { get; }

    public int Tokens => UpstreamCall.WordsOf(Text) + Calls.Sum(call => 1 + UpstreamCall.WordsOf(call.Arguments));

    /// <summary>The words of a text with the spaces before them, as a stream gives them.</summary>
    public IEnumerable<string> Pieces => Text.Split(' ').Select((word, index) => index == 0 ? word : " " + word);

    public static OpenAiReply To(JsonElement body)
    {
        var last = body.GetProperty("messages").EnumerateArray().Last();
        var question = TextOf(last);
        if (last.GetProperty("role").GetString() == "tool")
            return Bounded($"The tool said: {question}", body);
        if (body.TryGetProperty("tools", out var tools) && Choice(body) is var choice && choice != "none")
            return new OpenAiReply("", [.. Called(tools, choice, question)], "tool_calls");
        if (body.TryGetProperty("response_format", out var format) && format.GetProperty("type").GetString() != "text")
            return Bounded("{\"answer\": 42, \"unit\": \"none\"}", body);
        return Bounded(Described(body, last, question), body);
    }

    public static int PromptTokens(JsonElement body) => body.GetProperty("messages").EnumerateArray().Sum(message => UpstreamCall.WordsOf(TextOf(message)));

    /// <summary>A vector that follows from the text, of numbers that float holds exactly.</summary>
    public static object Vector(string text, int length, bool base64)
    {
        var state = 2166136261u;
        var vector = new float[length];
        for (var i = 0; i < length; i++)
        {
            foreach (var letter in text)
                state = unchecked((state ^ letter) * 16777619u);
            vector[i] = (state & 0xFFFF) / 65536f;
        }

        if (!base64)
            return vector;
        var bytes = new byte[length * sizeof(float)];
        for (var i = 0; i < length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return Convert.ToBase64String(bytes);
    }

    private static IEnumerable<(string, string, string)> Called(JsonElement tools, string choice, string question)
    {
        var names = tools.EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()!).ToList();
        var chosen = choice is "auto" or "required" ? names : [choice];
        var count = question.Contains("both", StringComparison.Ordinal) ? 2 : 1;
        if (question.Contains("tell", StringComparison.Ordinal))
            return [("call_0", chosen[0], JsonSerializer.Serialize(new { told = question }, Unescaped))];
        string[] cities = ["Paris", "Łódź"];
        return Enumerable.Range(0, count).Select(i => ($"call_{i}", chosen[i % chosen.Count], $"{{\"city\": \"{cities[i]}\"}}"));
    }

    private static string Choice(JsonElement body)
    {
        if (!body.TryGetProperty("tool_choice", out var choice))
            return "auto";
        if (choice.ValueKind == JsonValueKind.String)
            return choice.GetString()!;
        return choice.TryGetProperty("function", out var function) ? function.GetProperty("name").GetString()! : "auto";
    }

    private static string Described(JsonElement body, JsonElement last, string question)
    {
        var answer = new StringBuilder($"You said: {question}");
        foreach (var message in body.GetProperty("messages").EnumerateArray().Where(message => message.GetProperty("role").GetString() is "system" or "developer"))
            answer.Append(CultureInfo.InvariantCulture, $" As {message.GetProperty("role").GetString()}: {TextOf(message)}");
        foreach (var field in new[] { "seed", "top_k", "user", "temperature" })
        {
            if (body.TryGetProperty(field, out var value))
                answer.Append(CultureInfo.InvariantCulture, $" With {field} {value.GetRawText()}");
        }

        if (last.GetProperty("content").ValueKind == JsonValueKind.Array)
        {
            foreach (var image in last.GetProperty("content").EnumerateArray().Where(part => part.GetProperty("type").GetString() == "image_url"))
                answer.Append(CultureInfo.InvariantCulture, $" Picture: {image.GetProperty("image_url").GetRawText().Length} characters");
        }

        return answer.Append(" and that was all.").ToString();
    }

    private static OpenAiReply Bounded(string text, JsonElement body)
    {
        foreach (var stop in Stops(body))
        {
            if (text.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var at)
                text = text[..at];
        }

        var words = text.Split(' ');
        var most = Most(body, "max_completion_tokens") ?? Most(body, "max_tokens") ?? int.MaxValue;
        return words.Length > most ? new OpenAiReply(string.Join(' ', words.Take(most)), [], "length") : new OpenAiReply(text, [], "stop");
    }

    private static int? Most(JsonElement body, string field) => body.TryGetProperty(field, out var value) ? value.GetInt32() : null;

    private static IEnumerable<string> Stops(JsonElement body) => !body.TryGetProperty("stop", out var stop) ? []
        : stop.ValueKind == JsonValueKind.String ? [stop.GetString()!]
        : stop.EnumerateArray().Select(text => text.GetString()!);

    private static string TextOf(JsonElement message)
    {
        if (!message.TryGetProperty("content", out var content) || content.ValueKind == JsonValueKind.Null)
            return "";
        return content.ValueKind == JsonValueKind.String
            ? content.GetString()!
            : string.Concat(content.EnumerateArray().Where(part => part.GetProperty("type").GetString() == "text").Select(part => part.GetProperty("text").GetString()));
    }
}
