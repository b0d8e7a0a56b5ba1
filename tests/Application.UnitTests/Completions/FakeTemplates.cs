using CleanLlm.Application.Templates;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Application.UnitTests.Completions;

/// <summary>Templates in memory, which tell how often they were read.</summary>
internal sealed class FakeTemplates : ITemplateVersions
{
    private readonly List<TemplateVersion> versions = [];

    /// <summary>How often a version was read.</summary>
    public int Reads { get; private set; }

    /// <summary>Puts in a template; null as its owner for a shared one.</summary>
    public TemplateId Add(UserId? owner, string text, params IReadOnlyList<TemplateParameter> parameters)
    {
        versions.Add(Template.Create(owner, new TemplateTerms("t", text, parameters), DateTimeOffset.UnixEpoch).Value.Newest);
        return versions[^1].TemplateId;
    }

    public Task<TemplateVersion?> FindVersionAsync(TemplateId id, int? number, UserId? reader, CancellationToken ct)
    {
        Reads++;
        return Task.FromResult(versions.Find(version => version.TemplateId == id && (version.OwnerId == null || version.OwnerId == reader)));
    }
}
