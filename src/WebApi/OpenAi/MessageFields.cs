using System.Text.Json;
using CleanLlm.Application.Ai;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>Puts the fields of a message together that came in pieces.</summary>
internal static class MessageFields
{
    /// <summary>Each field once: lists that came in several pieces are one list, and of any other value the last one holds.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> Joined(IReadOnlyList<MessageField> fields) => fields
        .GroupBy(field => field.Name, StringComparer.Ordinal)
        .Select(pieces => (pieces.Key, Join([.. pieces.Select(piece => piece.Value)])));

    private static JsonElement Join(IReadOnlyList<JsonElement> pieces) =>
        pieces.Count > 1 && pieces.All(piece => piece.ValueKind == JsonValueKind.Array)
            ? JsonSerializer.SerializeToElement(pieces.SelectMany(piece => piece.EnumerateArray()))
            : pieces[^1];
}
