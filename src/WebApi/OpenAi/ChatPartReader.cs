using Microsoft.Extensions.AI;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>Reads the <c>content</c> of a message: one text, or parts of several kinds.</summary>
internal static class ChatPartReader
{
    private const int MaxParts = 500;

    /// <summary>The parts; none when there is no content.</summary>
    /// <param name="message">The message.</param>
    /// <param name="allowPrivate">Whether pictures may come from the provider's own network.</param>
    public static List<AIContent> Read(RequestFields message, bool allowPrivate)
    {
        if (message.Any("content") is not { } content)
            return [];
        if (content.ValueKind == System.Text.Json.JsonValueKind.String)
            return [new TextContent(content.GetString())];
        return [.. message.Objects("content", MaxParts).Select(part => ReadPart(part, allowPrivate))];
    }

    private static AIContent ReadPart(RequestFields part, bool allowPrivate)
    {
        switch (part.RequiredText("type"))
        {
            case "text":
                return new TextContent(part.RequiredText("text"));
            case "refusal":
                return new TextContent(part.RequiredText("refusal"));
            case "image_url" when part.Object("image_url") is { } image:
                return Link(image, "url", image.RequiredText("url"), "image/*", part, allowPrivate);
            case "input_audio" when part.Object("input_audio") is { } audio:
                return Link(audio, "data", $"data:audio/{audio.RequiredText("format")};base64,{audio.RequiredText("data")}", "audio/*", part, allowPrivate);
            case "file" when part.Object("file") is { } file:
                // The files that a provider holds are its account's: whoever knew an id could read another user's.
                if (file.Any("file_id") is not null)
                    file.Faults.Unsupported(file.PathOf("file_id"), "Files are taken with their content, as 'file_data'.");
                return Link(file, "file_data", file.RequiredText("file_data"), "application/octet-stream", part, allowPrivate);
            case "image_url" or "input_audio" or "file":
                part.Missing(part.Text("type")!);
                return new TextContent("");
            default:
                part.Faults.Unknown(part.PathOf("type"), "'text', 'image_url', 'input_audio' and 'file'");
                return new TextContent("");
        }
    }

    // Kept as it came too: providers of the same kind get it back unchanged.
    private static AIContent Link(RequestFields owner, string field, string address, string mediaType, RequestFields part, bool allowPrivate)
    {
        try
        {
            if (address.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
                return new DataContent(address) { RawRepresentation = part.Element.Clone() };
            if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && (allowPrivate || RemoteAddress.IsPublic(uri)))
                return new UriContent(uri, mediaType) { RawRepresentation = part.Element.Clone() };
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            // Told below, like any other address that is none.
        }

        owner.Faults.Add(owner.PathOf(field), "invalid_value", $"Invalid value for '{owner.PathOf(field)}': expected a data URL with base64, or an http or https URL of a public host.");
        return new TextContent("");
    }
}
