using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Application.Templates;

/// <summary>What a caller asks by: a template and the values of its parameters.</summary>
/// <param name="Id">The template: one of the caller's own, or a shared one. Null is refused by the rules of questions.</param>
/// <param name="Version">Which version of it; null for the newest.</param>
/// <param name="Parameters">Values by the names of parameters.</param>
public sealed record TemplateCall(TemplateId? Id, int? Version, IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>What a request says of a template; null when it says nothing.</summary>
    public static TemplateCall? Of(TemplateId? id, int? version, IReadOnlyDictionary<string, string>? parameters) =>
        id is null && version is null && parameters is null ? null : new TemplateCall(id, version, parameters ?? new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>Fills the template in, by one read.</summary>
    /// <param name="templates">Where it is.</param>
    /// <param name="user">The user who asks.</param>
    /// <param name="content">What the user wrote beside the values.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>What is asked; <see cref="TemplateErrors.Unknown"/>, or what is wrong with the values, by field.</returns>
    internal async Task<Result<TemplateUse>> FillAsync(ITemplateVersions templates, UserId user, string content, CancellationToken ct) =>
        await templates.FindVersionAsync(Id!.Value, Version, user, ct) is { } version ? version.Use(Parameters, content) : TemplateErrors.Unknown;
}
