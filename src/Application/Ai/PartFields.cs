using System.Text.Json;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// Fields beside a message, a part, a call or a result that go to the provider as they came. They are kept in the additional properties
/// under their own names, as a <see cref="JsonElement"/>; any other field there stays here.
/// </summary>
public static class PartFields
{
    /// <summary>Up to where the provider keeps the prompt in its cache: of messages, text, pictures and results.</summary>
    public const string CacheControl = "cache_control";

    /// <summary>What the model's family needs back beside a call, such as Gemini's thought signature.</summary>
    public const string ExtraContent = "extra_content";

    /// <summary>Further fields that the operator lets pass: an object of them. No name on the wire.</summary>
    public const string PassedOn = "cleanllm.passed_on";

    /// <summary>The field as it came; null when there is none.</summary>
    public static JsonElement? Of(AdditionalPropertiesDictionary? properties, string name) =>
        properties is not null && properties.TryGetValue(name, out var value) && value is JsonElement { ValueKind: not JsonValueKind.Undefined } element
            ? element
            : null;
}
