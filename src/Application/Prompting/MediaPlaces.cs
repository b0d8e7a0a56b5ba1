using System.Text.Json;
using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Prompting;

/// <summary>The places of an image, sound or file: where it is and how it is called. Its data is no text.</summary>
internal static class MediaPlaces
{
    private const SlotMarks Marks = SlotMarks.Message | SlotMarks.Uncounted | SlotMarks.Address;

    /// <summary>Leads a visitor through them.</summary>
    public static AIContent Visit(AIContent content, TextProvenance provenance, ISlotVisitor visitor)
    {
        // As its caller described it: this is what providers of the same kind get.
        if (content.RawRepresentation is JsonElement { ValueKind: JsonValueKind.Object } raw)
            return visitor.Json(provenance, raw, Marks | SlotMarks.Media) is { } changed ? Described(content, changed) : content;
        return content switch
        {
            UriContent link when visitor.Text(provenance, link.Uri.OriginalString, Marks) is { } address => Like(link, At(address, link)),
            DataContent { Name: { Length: > 0 } name } data when visitor.Text(provenance, name, Marks) is { } other => Like(data, Renamed(data, other)),
            _ => content,
        };
    }

    /// <summary>Another content that says the same.</summary>
    public static AIContent Copy(AIContent content) => content switch
    {
        UriContent link => Like(link, new UriContent(link.Uri, link.MediaType)),
        DataContent data => Like(data, Renamed(data, data.Name)),
        _ => throw new InvalidOperationException($"{content.GetType().Name} has no place in a prompt."),
    };

    private static AIContent Described(AIContent content, JsonElement description)
    {
        var changed = content is UriContent link && AddressIn(description) is { } address
            ? Like(link, At(address, link))
            : Copy(content);
        changed.RawRepresentation = description;
        return changed;
    }

    // A placeholder is no address, and must not become the old one again.
    private static UriContent At(string address, UriContent link) =>
        new(Uri.TryCreate(address, UriKind.RelativeOrAbsolute, out var uri) ? uri : new Uri(Uri.EscapeDataString(address), UriKind.Relative), link.MediaType);

    private static string? AddressIn(JsonElement description) =>
        description.TryGetProperty("image_url"u8, out var image) && image.ValueKind == JsonValueKind.Object
        && image.TryGetProperty("url"u8, out var url) && url.ValueKind == JsonValueKind.String
            ? url.GetString()
            : null;

    private static DataContent Renamed(DataContent data, string? name) => new(data.Data, data.MediaType) { Name = name };

    private static AIContent Like(AIContent old, AIContent changed)
    {
        (changed.AdditionalProperties, changed.RawRepresentation, changed.Annotations) = (old.AdditionalProperties, old.RawRepresentation, old.Annotations);
        return changed;
    }
}
