using System.Collections.Frozen;
using System.Text.Json;
using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>
/// Which fields inside messages, parts, calls and tools reach a provider of kind <c>OpenAi</c>: those that OpenAI documents, the marks of prompt
/// caches, and what the settings add. What a model's family needs back is <see cref="MessageField"/> and <see cref="PartFields"/>.
/// </summary>
internal sealed class InnerFields
{
    private static readonly FrozenSet<string> Ours = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "role", "content", "name", "type", "id", "index", "function", "arguments", "tool_calls", "tool_call_id", "function_call", "audio", "text",
        "refusal", "image_url", "input_audio", "file", "url", "data", "format", "filename", "file_data", "file_id", "parameters", "description",
        ReasoningFields.Content, ReasoningFields.Plain, PartFields.CacheControl, PartFields.ExtraContent, "reasoning_details", "thinking_blocks", "annotations");

    private readonly FrozenSet<string> messages;
    private readonly FrozenSet<string> parts;
    private readonly FrozenSet<string> calls;
    private readonly FrozenDictionary<string, FieldTree> media;

    public InnerFields(OpenAiOptions options)
    {
        messages = options.PassedOnMessageFields.ToFrozenSet(StringComparer.Ordinal);
        parts = options.PassedOnPartFields.ToFrozenSet(StringComparer.Ordinal);
        calls = options.PassedOnCallFields.ToFrozenSet(StringComparer.Ordinal);
        AllowPrivateAddresses = options.AllowPrivateAddresses;
        media = new (string Type, FieldTree Inner)[]
        {
            ("image_url", With(parts, "url", "detail")), ("input_audio", With(parts, "data", "format")), ("file", With(parts, "filename", "file_data")),
        }.ToFrozenDictionary(
            kind => kind.Type,
            kind => new FieldTree([("type", null), (PartFields.CacheControl, null), (kind.Type, kind.Inner), .. More(parts)]),
            StringComparer.Ordinal);
        var function = With(options.PassedOnToolFields, "name", "description", "parameters", "strict");
        Tool = new FieldTree([("type", null), (PartFields.CacheControl, null), ("function", function), .. More(options.PassedOnToolFields)]);
    }

    /// <summary>Whether pictures may come from the provider's own network.</summary>
    public bool AllowPrivateAddresses { get; }

    /// <summary>Of an element of <c>tools</c>. The schema of its parameters is the caller's own and passes whole.</summary>
    public FieldTree Tool { get; }

    /// <summary>Of <c>tool_choice</c> where it is an object.</summary>
    public static FieldTree ToolChoice { get; } = Choice();

    /// <summary>Of <c>response_format</c>. llama.cpp and Together take a schema beside <c>json_object</c>.</summary>
    public static FieldTree ResponseFormat { get; } =
        new([("type", null), ("schema", null), ("json_schema", FieldTree.Of("name", "description", "schema", "strict"))]);

    /// <summary>Whether an operator may let a field pass: it is none that is read here and has a meaning of its own.</summary>
    public static bool MayPass(string? name) => ProviderFields.IsPlain(name) && !Ours.Contains(name);

    /// <summary>A part that is no text, for its provider: what is read as the content of its type was checked, and content of other types is not sent.</summary>
    /// <param name="type">The type of the part.</param>
    /// <param name="part">The part.</param>
    public JsonElement Media(string type, RequestFields part) => media[type].Select(part.Element);

    /// <summary>What goes beside a message, or beside a result; null for nothing.</summary>
    public AdditionalPropertiesDictionary? BesideMessage(RequestFields message) => Beside(message, messages);

    /// <summary>What goes beside a text in a list of parts; null for nothing.</summary>
    public AdditionalPropertiesDictionary? BesideText(RequestFields part) => Beside(part, parts);

    /// <summary>What goes beside a call of a tool; null for nothing.</summary>
    public AdditionalPropertiesDictionary? BesideCall(RequestFields call)
    {
        var beside = Added(call, calls);
        if (call.Any(PartFields.ExtraContent) is { } extra)
            (beside ??= [])[PartFields.ExtraContent] = extra.Clone();
        return beside;
    }

    private static AdditionalPropertiesDictionary? Beside(RequestFields owner, FrozenSet<string> names)
    {
        var beside = Added(owner, names);
        if (owner.Object(PartFields.CacheControl) is { } control)
            (beside ??= [])[PartFields.CacheControl] = control.Element.Clone();
        return beside;
    }

    private static AdditionalPropertiesDictionary? Added(RequestFields owner, FrozenSet<string> names) =>
        names.Count > 0 && owner.Element.EnumerateObject().Any(field => names.Contains(field.Name))
            ? new() { [PartFields.PassedOn] = FieldTree.Of(names).Select(owner.Element) }
            : null;

    private static FieldTree With(IEnumerable<string> more, params IEnumerable<string> names) => FieldTree.Of(names.Concat(more));

    private static IEnumerable<(string, FieldTree?)> More(IEnumerable<string> names) => names.Select(name => (name, (FieldTree?)null));

    private static FieldTree Choice()
    {
        var tool = new FieldTree([("type", null), ("function", FieldTree.Of("name"))]);
        return new FieldTree([("type", null), ("function", FieldTree.Of("name")), ("allowed_tools", new FieldTree([("mode", null), ("tools", tool)]))]);
    }
}
