using CleanLlm.Application.Paging;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.ApiKeys;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CleanLlm.WebApi.Endpoints;

/// <summary>Named instructions with parameters: the caller's own, and those that admins share.</summary>
internal static class TemplateEndpoints
{
    private const int DefaultLimit = 20;

    private const string WhatIsWrong =
        "The text refers to its parameters by `{{name}}`. 422 names the field: a reference without a parameter, a parameter without a reference, a name that "
        + "cannot be referred to. 409 `template.name_taken`.";

    private const string EachChange = "Each change makes a new version; one that changes nothing makes none. 409 `template.too_many_versions`. ";

    /// <summary>The calls below <c>/templates</c>. A key that may ask may read them; none may change them.</summary>
    public static RouteGroupBuilder MapTemplates(this RouteGroupBuilder api)
    {
        var (templates, calls) = (api.MapGroup("/templates").WithTags("Templates"), new Calls("/api/v1/templates", shared: false));

        templates.MapGet("", calls.List)
            .WithName("Templates_List")
            .AllowKeys(ApiKeyScopes.Completions)
            .WithProblems(400, 401, 422, 503)
            .WithSummary("Lists the caller's own templates and the shared ones, newest first");
        templates.MapPost("", calls.Create)
            .WithName("Templates_Create")
            .WithProblems(400, 401, 403, 409, 413, 415, 422, 503)
            .WithSummary("Makes a template of the caller's own")
            .WithDescription(WhatIsWrong + " 409 `template.too_many`.");
        templates.MapGet("/{id:guid}", calls.Get)
            .WithName("Templates_Get")
            .AllowKeys(ApiKeyScopes.Completions)
            .WithProblems(401, 404, 503)
            .WithSummary("Shows a template as its newest version is");
        templates.MapPut("/{id:guid}", calls.Replace)
            .WithName("Templates_Replace")
            .WithProblems(400, 401, 403, 404, 409, 413, 415, 422, 503)
            .WithSummary("Replaces all that a template of the caller's own is made of")
            .WithDescription(EachChange + WhatIsWrong);
        templates.MapDelete("/{id:guid}", calls.Delete)
            .WithName("Templates_Delete")
            .WithProblems(401, 403, 404, 409, 503)
            .WithSummary("Deletes a template of the caller's own with all its versions")
            .WithDescription("What was asked by it stays as it was.");
        templates.MapGet("/{id:guid}/versions", calls.ListVersions)
            .WithName("Templates_ListVersions")
            .AllowKeys(ApiKeyScopes.Completions)
            .WithProblems(400, 401, 404, 422, 503)
            .WithSummary("Lists the versions of a template, newest first");
        templates.MapGet("/{id:guid}/versions/{version:int}", calls.GetVersion)
            .WithName("Templates_GetVersion")
            .AllowKeys(ApiKeyScopes.Completions)
            .WithProblems(401, 404, 503)
            .WithSummary("Shows a version of a template");
        return api;
    }

    /// <summary>The calls below <c>/admin/templates</c>.</summary>
    public static void MapAdminTemplates(this RouteGroupBuilder admin)
    {
        var calls = new Calls("/api/v1/admin/templates", shared: true);

        admin.MapGet("/templates", calls.List)
            .WithName("Admin_ListTemplates")
            .WithProblems(400, 401, 403, 422, 503)
            .WithSummary("Lists the shared templates, newest first");
        admin.MapPost("/templates", calls.Create)
            .WithName("Admin_CreateTemplate")
            .WithProblems(400, 401, 403, 409, 413, 415, 422, 503)
            .WithSummary("Makes a template that is shared with all users")
            .WithDescription(WhatIsWrong + " 409 `template.too_many`. Its text is trusted as the operator's is: it is neither screened nor redacted, and users can read it.");
        admin.MapGet("/templates/{id:guid}", calls.Get)
            .WithName("Admin_GetTemplate")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Shows a shared template as its newest version is");
        admin.MapPut("/templates/{id:guid}", calls.Replace)
            .WithName("Admin_ReplaceTemplate")
            .WithProblems(400, 401, 403, 404, 409, 413, 415, 422, 503)
            .WithSummary("Replaces all that a shared template is made of")
            .WithDescription(EachChange + WhatIsWrong);
        admin.MapDelete("/templates/{id:guid}", calls.Delete)
            .WithName("Admin_DeleteTemplate")
            .WithProblems(401, 403, 404, 409, 503)
            .WithSummary("Deletes a shared template with all its versions")
            .WithDescription("What was asked by it stays as it was.");
        admin.MapGet("/templates/{id:guid}/versions", calls.ListVersions)
            .WithName("Admin_ListTemplateVersions")
            .WithProblems(400, 401, 403, 404, 422, 503)
            .WithSummary("Lists the versions of a shared template, newest first");
        admin.MapGet("/templates/{id:guid}/versions/{version:int}", calls.GetVersion)
            .WithName("Admin_GetTemplateVersion")
            .WithProblems(401, 403, 404, 503)
            .WithSummary("Shows a version of a shared template");
    }

    // The same calls at both places: of the caller with the shared ones to read, and of the shared ones alone.
    private sealed class Calls(string path, bool shared)
    {
        public async Task<Results<Ok<Page<TemplateDto>>, ProblemResult>> List(IMediator mediator, string? cursor, int? limit, CancellationToken ct) =>
            (await mediator.Send(new ListTemplates(shared, cursor, limit ?? DefaultLimit), ct)).ToOk();

        public async Task<Results<Created<TemplateDetailDto>, ProblemResult>> Create(TemplateBody body, IMediator mediator, CancellationToken ct) =>
            (await mediator.Send(new CreateTemplate(body.Terms(), shared), ct)).ToCreated(template => $"{path}/{template.Id}");

        public async Task<Results<Ok<TemplateDetailDto>, ProblemResult>> Get(Guid id, IMediator mediator, CancellationToken ct) =>
            (await mediator.Send(new GetTemplate(new TemplateId(id), shared), ct)).ToOk();

        public async Task<Results<Ok<TemplateDetailDto>, ProblemResult>> Replace(Guid id, TemplateBody body, IMediator mediator, CancellationToken ct) =>
            (await mediator.Send(new ChangeTemplate(new TemplateId(id), body.Terms(), shared), ct)).ToOk();

        public async Task<Results<NoContent, ProblemResult>> Delete(Guid id, IMediator mediator, CancellationToken ct) =>
            (await mediator.Send(new DeleteTemplate(new TemplateId(id), shared), ct)).ToNoContent();

        public async Task<Results<Ok<Page<TemplateVersionDto>>, ProblemResult>> ListVersions(
            Guid id, IMediator mediator, string? cursor, int? limit, CancellationToken ct) =>
            (await mediator.Send(new ListTemplateVersions(new TemplateId(id), shared, cursor, limit ?? DefaultLimit), ct)).ToOk();

        public async Task<Results<Ok<TemplateVersionDetailDto>, ProblemResult>> GetVersion(Guid id, int version, IMediator mediator, CancellationToken ct) =>
            (await mediator.Send(new GetTemplateVersion(new TemplateId(id), version, shared), ct)).ToOk();
    }
}

/// <summary>All that a template is made of.</summary>
/// <param name="Name">What it is called; unique, at most 100 characters.</param>
/// <param name="Text">The instruction, at most 20,000 characters. It refers to each of its parameters by `{{name}}`.</param>
/// <param name="Parameters">What it is asked with, at most 50; absent for none.</param>
internal sealed record TemplateBody(string Name, string Text, IReadOnlyList<TemplateParameterBody>? Parameters = null)
{
    // A JSON list can hold nulls whatever C# says; a parameter without a name is refused.
    internal TemplateTerms Terms() => new(Name, Text, [.. (Parameters ?? []).Select(parameter => parameter?.Terms() ?? new TemplateParameter(""))]);
}

/// <summary>A value that a template is asked with.</summary>
/// <param name="Name">How the text refers to it: a letter, then letters, digits and underscores; at most 50 characters.</param>
/// <param name="Description">What it is for, shown to users; at most 500 characters.</param>
/// <param name="Required">Whether a value has to be given where there is no default. Default true.</param>
/// <param name="Default">The value where none is given; absent for none.</param>
/// <param name="MaxLength">The longest value, in characters, 1 to 200,000; absent for 200,000.</param>
internal sealed record TemplateParameterBody(string Name, string? Description = null, bool Required = true, string? Default = null, int? MaxLength = null)
{
    internal TemplateParameter Terms() => new(Name) { Description = Description, Required = Required, Default = Default, MaxLength = MaxLength };
}
