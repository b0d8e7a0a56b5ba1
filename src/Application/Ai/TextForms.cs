using Microsoft.Extensions.AI;

namespace CleanLlm.Application.Ai;

/// <summary>
/// How a text stood in its message: alone, as one of its parts, or as a refusal. A <see cref="TextContent"/> keeps it in its raw
/// representation, so that it goes to providers as it came: some keep their cache by parts, and templates of models break between them.
/// </summary>
public static class TextForms
{
    /// <summary>A part of a list.</summary>
    public const string Part = "text";

    /// <summary>A part of a list by which the model refused.</summary>
    public const string RefusalPart = "refusal";

    /// <summary>The field <c>refusal</c> of an assistant's message.</summary>
    public const string Refusal = "message.refusal";

    /// <summary>A text in the form.</summary>
    public static TextContent In(string form, string text) => new(text) { RawRepresentation = form };

    /// <summary>The form that the text came in; null for a message's whole content.</summary>
    public static string? Of(TextContent text) => text.RawRepresentation as string;

    /// <summary>All text of a message in one, its parts in lines of their own.</summary>
    public static string Whole(ChatMessage message) =>
        message.Contents is [TextContent only] ? only.Text : string.Join('\n', message.Contents.OfType<TextContent>().Select(text => text.Text));
}
