using System.Text.Json;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// A tool as an OpenAI client described it. Providers of that kind get the description unchanged, with fields we do not know;
/// any other client of the port sees a function with name, description and parameters.
/// </summary>
public sealed class ToolDefinition : AIFunctionDeclaration
{
    private static readonly JsonElement AnyObject = JsonElement.Parse("{\"type\":\"object\"}"u8);

    private readonly string name;
    private readonly string description;
    private readonly JsonElement parameters = AnyObject;

    /// <param name="definition">An element of <c>tools</c>; copied, so its document may be disposed of.</param>
    public ToolDefinition(JsonElement definition)
    {
        Definition = definition.Clone();
        var function = Definition.ValueKind == JsonValueKind.Object && Definition.TryGetProperty("function", out var inner) ? inner : Definition;
        name = Text(function, "name") ?? Text(function, "type") ?? "";
        description = Text(function, "description") ?? "";
        if (function.ValueKind == JsonValueKind.Object && function.TryGetProperty("parameters", out var schema))
            parameters = schema;
    }

    /// <summary>The element as it came.</summary>
    public JsonElement Definition { get; }

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Description => description;

    /// <inheritdoc/>
    public override JsonElement JsonSchema => parameters;

    private static string? Text(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
