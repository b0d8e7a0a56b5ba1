using NJsonSchema.Generation;

namespace CleanLlm.WebApi.OpenApi.Document;

/// <summary>Names a schema as the contract does: <c>ChatDto</c> is a Chat, <c>Page&lt;ChatDto&gt;</c> a PageOfChat.</summary>
internal sealed class SchemaNames : DefaultSchemaNameGenerator
{
    public override string Generate(Type type) => base.Generate(type).Replace("Dto", "", StringComparison.Ordinal);
}
