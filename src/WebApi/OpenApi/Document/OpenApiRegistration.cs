using CleanLlm.Domain.Ids;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using NJsonSchema;
using NJsonSchema.Generation;
using NJsonSchema.Generation.TypeMappers;
using NSwag;
using NSwag.Generation.AspNetCore;

namespace CleanLlm.WebApi.OpenApi.Document;

/// <summary>The OpenAPI document at <c>/swagger/v1/swagger.json</c> and its user interface at <c>/swagger</c>.</summary>
internal static class OpenApiRegistration
{
    /// <summary>Describes every endpoint.</summary>
    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services
        .AddEndpointsApiExplorer()
        .AddOpenApiDocument(Configure);

    /// <summary>Serves the document and its user interface.</summary>
    public static IApplicationBuilder UseApiDocument(this IApplicationBuilder app) => app.UseWhen(
        static http => http.Request.Path.StartsWithSegments("/swagger", StringComparison.Ordinal),
        static docs => docs

            // Without servers the document holds for whichever address it was fetched from.
            .UseOpenApi(static document => document.PostProcess = static (description, _) => description.Servers.Clear())
            .UseSwaggerUi());

    private static void Configure(AspNetCoreOpenApiDocumentGeneratorSettings settings, IServiceProvider services)
    {
        settings.DocumentName = "v1";
        settings.Title = "CleanLlm";
        settings.Version = "v1";
        settings.Description =
            "The back end of an LLM application: accounts, chats, completions and quota. "
            + "Failures are problem documents (RFC 9457): branch on `code`. Times are UTC; ids are UUIDs; lists are keyset pages.";
        settings.SchemaSettings = SchemaSettings(services.GetRequiredService<IOptions<JsonOptions>>().Value);
        settings.OperationProcessors.Add(new OperationProcessor());
        settings.OperationProcessors.Add(new ProblemResponses());
        settings.AddSecurity(OperationProcessor.Bearer, new OpenApiSecurityScheme
        {
            Type = OpenApiSecuritySchemeType.Http,
            Scheme = OperationProcessor.Bearer,
            BearerFormat = "JWT",
            Description = "An access token from POST /api/v1/auth/login, or an API key.",
        });
        settings.AddSecurity(OperationProcessor.ApiKey, new OpenApiSecurityScheme
        {
            Type = OpenApiSecuritySchemeType.ApiKey,
            In = OpenApiSecurityApiKeyLocation.Header,
            Name = ShownCredential.ApiKeyHeader,
            Description = "An API key, where one opens the call.",
        });
    }

    private static SystemTextJsonSchemaGeneratorSettings SchemaSettings(JsonOptions json)
    {
        var settings = new SystemTextJsonSchemaGeneratorSettings
        {
            SchemaType = SchemaType.OpenApi3,
            SerializerOptions = json.SerializerOptions,
            DefaultReferenceTypeNullHandling = ReferenceTypeNullHandling.NotNull,
            SchemaNameGenerator = new SchemaNames(),
        };
        settings.SchemaProcessors.Add(new RequiredMembers());
        settings.SchemaProcessors.Add(new Vocabularies());
        foreach (var mapper in Vocabularies.Mappers)
            settings.TypeMappers.Add(mapper);
        foreach (var id in TypedIdConverter.Types.Append(typeof(Guid)))
            settings.TypeMappers.Add(new PrimitiveTypeMapper(id, static schema => (schema.Type, schema.Format) = (JsonObjectType.String, "uuid")));
        settings.TypeMappers.Add(new PrimitiveTypeMapper(
            typeof(Optional<PlanId?>), static schema => (schema.Type, schema.Format, schema.IsNullableRaw) = (JsonObjectType.String, "uuid", true)));
        return settings;
    }
}
