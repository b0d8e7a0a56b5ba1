using CleanLlm.Application.Accounts;
using CleanLlm.Application.ApiKeys;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Usage;
using CleanLlm.Domain.Quotas;
using CleanLlm.WebApi.Endpoints;
using CleanLlm.WebApi.Http;
using NJsonSchema;
using NJsonSchema.Generation;
using NJsonSchema.Generation.TypeMappers;
using NSwag;
using NSwag.Generation.Processors.Contexts;

namespace CleanLlm.WebApi.OpenApi.Document;

/// <summary>Lists the fixed words of members that C# keeps as text, so that generated clients get a type instead of any text.</summary>
internal sealed class Vocabularies : ISchemaProcessor
{
    /// <summary>Marks a member that may have further words in later versions: a client must not refuse one that it does not know.</summary>
    public const string Extensible = "x-extensible";

    private static readonly Dictionary<(Type Owner, string Member), Type> Members = new()
    {
        [(typeof(Problem), "code")] = typeof(ProblemCode),
        [(typeof(Problem), "metric")] = typeof(QuotaMetric),
        [(typeof(Problem), "window")] = typeof(QuotaWindow),
        [(typeof(CompletionDto), "errorCode")] = typeof(ProblemCode),
        [(typeof(ApiKeyDto), "scopes")] = typeof(ApiKeyScope),
        [(typeof(CreateApiKeyBody), "scopes")] = typeof(ApiKeyScope),
        [(typeof(ExportedKeyDto), "scopes")] = typeof(ApiKeyScope),
        [(typeof(TokenPair), "tokenType")] = typeof(TokenType),
    };

    private static readonly Dictionary<(string Operation, string Parameter), Type> Parameters = new()
    {
        [("Users_GetUsage", "by")] = typeof(UsageGrouping),
        [("Admin_GetUserUsage", "by")] = typeof(UsageGrouping),
    };

    /// <summary>How the words that are no C# enum are described.</summary>
    public static IEnumerable<ITypeMapper> Mappers { get; } =
    [
        Words<ProblemCode>("Stable, dotted names of failures. Later versions may have more.", ProblemCodes.All),
        Words<ApiKeyScope>("What an API key may be used for.", ApiKeyScopeNames.Of(ApiKeyScopeNames.All)),
        Words<TokenType>("How an access token is sent.", ["Bearer"]),
    ];

    public void Process(SchemaProcessorContext context)
    {
        foreach (var (name, property) in context.Schema.ActualProperties)
        {
            if (!Members.TryGetValue((context.ContextualType.Type, name), out var words))
                continue;

            var schema = context.Generator.Generate(words, context.Resolver).ActualSchema;
            if (property.Item is not null)
                property.Item = new JsonSchema { Reference = schema };
            else
                Refer(property, schema);
            if (words == typeof(ProblemCode))
                property.ExtensionData = new Dictionary<string, object?>(StringComparer.Ordinal) { [Extensible] = true };
        }
    }

    /// <summary>Does the same for the parameters of an operation.</summary>
    public static void Describe(OpenApiOperation operation, OperationProcessorContext context)
    {
        foreach (var parameter in operation.Parameters)
        {
            if (Parameters.TryGetValue((operation.OperationId, parameter.Name), out var words))
                Refer(parameter.Schema, context.SchemaGenerator.Generate(words, context.SchemaResolver).ActualSchema);
        }
    }

    // Beside a reference nothing else counts; within oneOf the description and null do.
    private static void Refer(JsonSchema member, JsonSchema words)
    {
        member.Type = JsonObjectType.None;
        member.OneOf.Add(new JsonSchema { Reference = words });
    }

    private static ObjectTypeMapper Words<T>(string description, IEnumerable<string> words) => new(typeof(T), (_, _) =>
    {
        var schema = new JsonSchema { Type = JsonObjectType.String, Description = description };
        foreach (var word in words)
            schema.Enumeration.Add(word);
        return schema;
    });

    // What names the schemas in the document.
    private sealed class ProblemCode;

    private sealed class ApiKeyScope;

    private sealed class TokenType;
}
