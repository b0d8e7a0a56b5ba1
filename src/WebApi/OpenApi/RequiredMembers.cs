using NJsonSchema;
using NJsonSchema.Generation;

namespace CleanLlm.WebApi.OpenApi;

/// <summary>What C# says cannot be null is required, unless its constructor has a default for it.</summary>
internal sealed class RequiredMembers : ISchemaProcessor
{
    public void Process(SchemaProcessorContext context)
    {
        var optional = context.ContextualType.Type.GetConstructors()
            .SelectMany(constructor => constructor.GetParameters())
            .Where(parameter => parameter.HasDefaultValue)
            .Select(parameter => parameter.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

        foreach (var (name, property) in context.Schema.Properties)
        {
            if (!property.IsNullable(SchemaType.OpenApi3) && !optional.Contains(name))
                property.IsRequired = true;
        }
    }
}
