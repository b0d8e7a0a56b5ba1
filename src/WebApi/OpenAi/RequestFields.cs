using System.Text.Json;
using CleanLlm.Domain.Results;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>What is wrong with a request; the first fault is the one that is told.</summary>
internal sealed class RequestFaults
{
    /// <summary>The first fault; null when there is none.</summary>
    public Error? First { get; private set; }

    /// <summary>Notes a fault.</summary>
    /// <param name="field">Where, as a path into the body.</param>
    /// <param name="code">OpenAI's code for it.</param>
    /// <param name="message">One sentence that quotes no content.</param>
    public void Add(string field, string code, string message) => First ??= Error.Invalid(field, message) with { Code = code };

    /// <summary>A value that is none of those there are.</summary>
    public void Unknown(string field, string expected) => Add(field, "invalid_value", $"Invalid value for '{field}'. Supported values are: {expected}.");

    /// <summary>A field or value that is well known and not taken here.</summary>
    public void Unsupported(string field, string message) => Add(field, "unsupported_value", message);
}

/// <summary>Reads the fields of a JSON object one by one. Null counts as absent, unknown fields are accepted, a wrong type is an error.</summary>
/// <param name="element">The object.</param>
/// <param name="path">Where it stands in the body, ending in a dot; empty for the body itself.</param>
/// <param name="faults">Takes what is wrong.</param>
internal sealed class RequestFields(JsonElement element, string path, RequestFaults faults)
{
    /// <summary>Takes what is wrong.</summary>
    public RequestFaults Faults => faults;

    /// <summary>All of them, in their order.</summary>
    public JsonElement Element => element;

    /// <summary>The path of a field.</summary>
    public string PathOf(string name) => path + name;

    /// <summary>A field of any type; null when absent.</summary>
    public JsonElement? Any(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text; null when absent.</summary>
    public string? Text(string name) => Read(name, "a string", static value => value.ValueKind == JsonValueKind.String ? value.GetString() : null);

    /// <summary>A text that must be there; empty when it is not.</summary>
    public string RequiredText(string name)
    {
        if (Any(name) is null)
            Missing(name);
        return Text(name) ?? "";
    }

    /// <summary>A number; null when absent.</summary>
    public float? Number(string name) =>
        Read<float?>(name, "a number", static value => value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) ? number : null);

    /// <summary>A whole number of 32 bits; null when absent.</summary>
    public int? Integer(string name) =>
        Read<int?>(name, "an integer", static value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null);

    /// <summary>A whole number of 64 bits; null when absent.</summary>
    public long? Long(string name) =>
        Read<long?>(name, "an integer", static value => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null);

    /// <summary>True or false; null when absent.</summary>
    public bool? Flag(string name) => Read<bool?>(
        name, "a boolean", static value => value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null });

    /// <summary>The fields of an object; null when absent.</summary>
    public RequestFields? Object(string name) =>
        Read(name, "an object", value => value.ValueKind == JsonValueKind.Object ? new RequestFields(value, PathOf(name) + ".", faults) : null);

    /// <summary>The objects of a list; none when absent, and none after the first fault.</summary>
    /// <param name="name">The field.</param>
    /// <param name="most">How many there may be.</param>
    public IEnumerable<RequestFields> Objects(string name, int most)
    {
        foreach (var (item, at) in Items(name, most))
        {
            if (item.ValueKind == JsonValueKind.Object)
                yield return new RequestFields(item, at + ".", faults);
            else
                WrongType(at, "an object");
        }
    }

    /// <summary>One text or a list of them; null when absent.</summary>
    /// <param name="name">The field.</param>
    /// <param name="most">How many there may be.</param>
    public IList<string>? Texts(string name, int most)
    {
        if (Any(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return [value.GetString()!];
        var texts = new List<string>();
        foreach (var (item, at) in Items(name, most))
        {
            if (item.ValueKind == JsonValueKind.String)
                texts.Add(item.GetString()!);
            else
                WrongType(at, "a string");
        }

        return texts;
    }

    /// <summary>A field that must be there is not.</summary>
    public void Missing(string name) => faults.Add(PathOf(name), "missing_required_parameter", $"Missing required parameter: '{PathOf(name)}'.");

    private IEnumerable<(JsonElement Item, string Path)> Items(string name, int most)
    {
        if (Any(name) is not { } value)
            yield break;
        if (value.ValueKind != JsonValueKind.Array)
        {
            WrongType(PathOf(name), "an array");
            yield break;
        }

        // Before anything is made of them: a body of a few megabytes can hold millions.
        if (value.GetArrayLength() > most)
        {
            faults.Add(PathOf(name), "array_above_max_length", $"Invalid '{PathOf(name)}': at most {most} are taken.");
            yield break;
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (faults.First is not null)
                yield break;
            yield return (item, $"{PathOf(name)}[{index++}]");
        }
    }

    private T? Read<T>(string name, string expected, Func<JsonElement, T?> read)
    {
        if (Any(name) is not { } value)
            return default;
        var result = read(value);
        if (result is null)
            WrongType(PathOf(name), expected);
        return result;
    }

    private void WrongType(string field, string expected) => faults.Add(field, "invalid_type", $"Invalid type for '{field}': expected {expected}.");
}
