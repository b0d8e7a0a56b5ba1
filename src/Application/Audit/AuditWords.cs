using System.Text.Json;

namespace CleanLlm.Application.Audit;

/// <summary>How details of the audit log spell words that the API has too.</summary>
internal static class AuditWords
{
    /// <summary>The word as the API writes it.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
