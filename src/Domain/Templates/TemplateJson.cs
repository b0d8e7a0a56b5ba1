using System.Text.Encodings.Web;
using System.Text.Json;

namespace CleanLlm.Domain.Templates;

/// <summary>How templates are written as JSON: stored encrypted and shown to no browser as it is, so with few escapes.</summary>
internal static class TemplateJson
{
    /// <summary>The options.</summary>
    public static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
