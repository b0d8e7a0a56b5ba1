using System.Text;
using System.Text.Json;
using CleanLlm.Infrastructure.Ai.Calls;

namespace CleanLlm.Infrastructure.Ai.OpenAi;

/// <summary>
/// Reads <c>content</c> that is no string: a list of parts, as Mistral's thinking models and gateways of Anthropic write it, or one part.
/// An object that is no part is an answer in JSON that the server has parsed, and is read as its text. Parts of other kinds are left out.
/// </summary>
internal sealed class ContentParts
{
    private readonly StringBuilder text = new();
    private readonly StringBuilder reasoning = new();
    private readonly StringBuilder refusal = new();

    public static void Read(JsonElement content, ref AnswerChoice choice)
    {
        var parts = new ContentParts();
        if (content.ValueKind == JsonValueKind.Array)
            parts.AddAll(content, parts.text);
        else if (!parts.TryAdd(content, parts.text))
            parts.text.Append(content.GetRawText());

        choice.Text = parts.text.ToString();
        choice.Refusal ??= parts.refusal.ToString();
        choice.Reasoning ??= parts.reasoning.ToString();
    }

    private void AddAll(JsonElement list, StringBuilder to)
    {
        foreach (var part in list.EnumerateArray())
            TryAdd(part, to);
    }

    /// <returns>False when it is no part.</returns>
    private bool TryAdd(JsonElement part, StringBuilder to)
    {
        if (part.ValueKind == JsonValueKind.String)
            to.Append(JsonText.Of(part));
        if (part.ValueKind != JsonValueKind.Object)
            return part.ValueKind == JsonValueKind.String;

        var isPart = false;
        foreach (var field in part.EnumerateObject())
        {
            StringBuilder? target = field.Name switch
            {
                "text" => IsReasoning(part) ? reasoning : to,
                "thinking" or "reasoning" => reasoning,
                "refusal" => refusal,
                _ => null,
            };
            isPart |= target is not null || field.Name == "type";
            if (target is null)
                continue;
            if (field.Value.ValueKind == JsonValueKind.Array)
                AddAll(field.Value, target);
            else
                target.Append(JsonText.Of(field.Value));
        }

        return isPart;
    }

    private static bool IsReasoning(JsonElement part) =>
        part.TryGetProperty("type", out var type) && JsonText.Of(type) is "thinking" or "reasoning" or "reasoning_text" or "thought";
}
