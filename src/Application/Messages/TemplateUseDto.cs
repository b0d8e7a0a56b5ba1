using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Application.Messages;

/// <summary>By which template a question was asked, and with what. The question's `content` has all of what the user wrote as one text.</summary>
/// <param name="TemplateId">The template, which may be deleted since.</param>
/// <param name="Version">Which version of it.</param>
/// <param name="Content">What the user wrote beside the values; may be empty.</param>
/// <param name="Parameters">The values by the names of parameters.</param>
public sealed record TemplateUseDto(TemplateId TemplateId, int Version, string Content, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>What is stored with a question; null where it was asked by no template.</summary>
    /// <param name="template">What is stored of the template.</param>
    /// <param name="text">The question.</param>
    public static TemplateUseDto? Of(string? template, string? text) => TemplateUse.Parse(template, text) is not { } use
        ? null
        : new TemplateUseDto(use.TemplateId, use.Version, use.Content, use.Values.ToDictionary(value => value.Name, value => value.Text, StringComparer.Ordinal));
}
