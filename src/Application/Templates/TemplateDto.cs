using AutoMapper;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Application.Templates;

/// <summary>A template, without its text.</summary>
public record TemplateDto
{
    /// <summary>Identifies the template.</summary>
    public required TemplateId Id { get; init; }

    /// <summary>What it is called; unique among the user's own templates, and among the shared ones.</summary>
    public required string Name { get; init; }

    /// <summary>Whether an admin shares it with all users; else it is the user's own.</summary>
    public required bool Shared { get; init; }

    /// <summary>The number of its newest version; each change makes a new one.</summary>
    public required int Version { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A template as its newest version is.</summary>
public sealed record TemplateDetailDto : TemplateDto
{
    /// <summary>The instruction, which refers to its parameters by <c>{{name}}</c>.</summary>
    public required string Text { get; init; }

    /// <summary>What it is asked with.</summary>
    public required IReadOnlyList<TemplateParameterDto> Parameters { get; init; }
}

/// <summary>A version of a template, without its text.</summary>
/// <param name="Version">Its number: 1 for the first.</param>
/// <param name="Name">What the template was called.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record TemplateVersionDto(int Version, string Name, DateTimeOffset CreatedAt);

/// <summary>A version of a template.</summary>
/// <param name="Version">Its number: 1 for the first.</param>
/// <param name="Name">What the template was called.</param>
/// <param name="Text">The instruction.</param>
/// <param name="Parameters">What it is asked with.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record TemplateVersionDetailDto(
    int Version, string Name, string Text, IReadOnlyList<TemplateParameterDto> Parameters, DateTimeOffset CreatedAt);

/// <summary>A value that a template is asked with.</summary>
/// <param name="Name">How the text refers to it.</param>
/// <param name="Description">What it is for; null when not said.</param>
/// <param name="Required">Whether a value has to be given where there is no default.</param>
/// <param name="Default">The value where none is given; null for none.</param>
/// <param name="MaxLength">The longest value, in characters; null for 200,000.</param>
public sealed record TemplateParameterDto(string Name, string? Description, bool Required, string? Default, int? MaxLength);

internal sealed class TemplateMapping : Profile
{
    public TemplateMapping()
    {
        CreateMap<TemplateParameter, TemplateParameterDto>();
        CreateMap<Template, TemplateDto>().ForMember(dto => dto.Shared, map => map.MapFrom(template => template.OwnerId == null));
        CreateMap<VersionedTemplate, TemplateDetailDto>()
            .ForMember(dto => dto.Shared, map => map.MapFrom(found => found.Template.OwnerId == null))
            .IncludeMembers(found => found.Template)
            .ForMember(dto => dto.Text, map => map.MapFrom(found => found.Newest.Terms.Text))
            .ForMember(dto => dto.Parameters, map => map.MapFrom(found => found.Newest.Terms.Parameters));
        CreateMap<Template, TemplateDetailDto>(MemberList.None);
        CreateMap<TemplateVersion, TemplateVersionDto>().ForCtorParam(nameof(TemplateVersionDto.Version), map => map.MapFrom(version => version.Number));
        CreateMap<TemplateVersion, TemplateVersionDetailDto>()
            .ForCtorParam(nameof(TemplateVersionDetailDto.Version), map => map.MapFrom(version => version.Number))
            .ForCtorParam(nameof(TemplateVersionDetailDto.Text), map => map.MapFrom(version => version.Terms.Text))
            .ForCtorParam(nameof(TemplateVersionDetailDto.Parameters), map => map.MapFrom(version => version.Terms.Parameters));
    }
}
