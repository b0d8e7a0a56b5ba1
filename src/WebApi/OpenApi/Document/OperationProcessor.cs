using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using NSwag;
using NSwag.Generation.AspNetCore;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanLlm.WebApi.OpenApi.Document;

/// <summary>Gives each operation what its endpoint says only through metadata: name, texts, the credential it wants, its event stream.</summary>
internal sealed class OperationProcessor : IOperationProcessor
{
    /// <summary>The name of the security scheme that every credential can be sent by.</summary>
    public const string Bearer = "bearer";

    /// <summary>The name of the security scheme for API keys alone.</summary>
    public const string ApiKey = "apiKey";

    public bool Process(OperationProcessorContext context)
    {
        var metadata = ((AspNetCoreOperationProcessorContext)context).ApiDescription.ActionDescriptor.EndpointMetadata;
        var operation = context.OperationDescription.Operation;

        // Names are Group_Operation, from which NSwag makes one client class a group.
        operation.OperationId = metadata.OfType<IEndpointNameMetadata>().LastOrDefault()?.EndpointName ?? operation.OperationId;
        operation.Summary = metadata.OfType<IEndpointSummaryMetadata>().LastOrDefault()?.Summary;
        operation.Description = metadata.OfType<IEndpointDescriptionMetadata>().LastOrDefault()?.Description;
        if (operation.RequestBody is { } body && RequestBodies.IsOptional(context.OperationDescription.Method, metadata.OfType<IAcceptsMetadata>().LastOrDefault()?.RequestType))
            body.IsRequired = false;
        if (metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any())
            operation.Security = metadata.OfType<KeyScope>().Any()
                ? [new OpenApiSecurityRequirement { [Bearer] = [] }, new OpenApiSecurityRequirement { [ApiKey] = [] }]
                : [new OpenApiSecurityRequirement { [Bearer] = [] }];
        if (metadata.OfType<EventStreamMetadata>().Any())
            EventStreamMetadata.Describe(operation);
        if (metadata.OfType<CsvMetadata>().Any())
            CsvMetadata.Describe(operation);
        Vocabularies.Describe(operation, context);
        return true;
    }
}
