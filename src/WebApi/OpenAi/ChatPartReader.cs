using CleanLlm.Application.Ai;
using Microsoft.Extensions.AI;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>Reads the <c>content</c> of a message: one text, or parts of several kinds.</summary>
internal static class ChatPartReader
{
    private const int MaxParts = 500;

    /// <summary>The parts; none when there is no content.</summary>
    /// <param name="message">The message.</param>
    /// <param name="inner">What may pass inside it.</param>
    public static List<AIContent> Read(RequestFields message, InnerFields inner)
    {
        if (message.Any("content") is not { } content)
            return [];
        if (content.ValueKind == System.Text.Json.JsonValueKind.String)
            return [new TextContent(content.GetString())];
        return [.. message.Objects("content", MaxParts).Select(part => ReadPart(part, inner))];
    }

    private static AIContent ReadPart(RequestFields part, InnerFields inner)
    {
        switch (part.RequiredText("type"))
        {
            case "text":
                return Text(TextForms.Part, part, "text", inner);
            case "refusal":
                return Text(TextForms.RefusalPart, part, "refusal", inner);
            case "image_url" when part.Object("image_url") is { } image:
                return Link(image, "url", image.RequiredText("url"), "image/*", part, inner);
            case "input_audio" when part.Object("input_audio") is { } audio:
                return Link(audio, "data", $"data:audio/{audio.RequiredText("format")};base64,{audio.RequiredText("data")}", "audio/*", part, inner);
            case "file" when part.Object("file") is { } file:
                // The files that a provider holds are its account's: with an id a caller could read another user's.
                if (file.Any("file_id") is not null)
                    file.Faults.Unsupported(file.PathOf("file_id"), "Files are taken with their content, as 'file_data'.");
                return Link(file, "file_data", file.RequiredText("file_data"), "application/octet-stream", part, inner);
            case "image_url" or "input_audio" or "file":
                part.Missing(part.Text("type")!);
                return new TextContent("");
            default:
                part.Faults.Unknown(part.PathOf("type"), "'text', 'image_url', 'input_audio' and 'file'");
                return new TextContent("");
        }
    }

    private static TextContent Text(string form, RequestFields part, string field, InnerFields inner)
    {
        var text = TextForms.In(form, part.RequiredText(field));
        text.AdditionalProperties = inner.BesideText(part);
        return text;
    }

    // Kept as it came too, as far as it may pass: providers of the same kind get it back unchanged.
    private static AIContent Link(RequestFields owner, string field, string address, string mediaType, RequestFields part, InnerFields inner)
    {
        try
        {
            if (address.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
                return new DataContent(address) { RawRepresentation = inner.Media(part.RequiredText("type"), part) };
            if (RemoteAddress.Read(address, inner.AllowPrivateAddresses) is { } uri)
                return new UriContent(uri, mediaType) { RawRepresentation = inner.Media(part.RequiredText("type"), part) };
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            // Told below, like any other address that is none.
        }

        owner.Faults.Add(owner.PathOf(field), "invalid_value", $"Invalid value for '{owner.PathOf(field)}': expected a data URL with base64, or an http or https URL of a public host.");
        return new TextContent("");
    }
}
