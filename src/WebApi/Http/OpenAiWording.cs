namespace CleanLlm.WebApi.Http;

/// <summary>Texts of failures as callers of <c>/v1</c> know the things that they name.</summary>
internal static class OpenAiWording
{
    /// <summary>The same text with the calls and fields of <c>/v1</c>.</summary>
    /// <param name="text">As the use case said it.</param>
    /// <param name="field">The field to blame, as it stands in the body; null when it is none.</param>
    public static string Of(string text, string? field) => WithField(text.Replace("/api/v1/models", "/v1/models", StringComparison.Ordinal), field);

    // Validators begin with the name of a property in words, such as 'Max Tokens'.
    private static string WithField(string text, string? field)
    {
        if (field is null || !text.StartsWith('\'') || text.IndexOf('\'', 1) is not (> 1 and var end))
            return text;
        var name = text[1..end].Replace(" ", "", StringComparison.Ordinal);
        return string.Equals(name, field.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase) ? $"'{field}'{text[(end + 1)..]}" : text;
    }
}
