using NJsonSchema;
using NJsonSchema.Generation;

namespace CleanLlm.WebApi.OpenApi;

/// <summary>What C# says cannot be null is required, and so is whatever a constructor has no default for, null or not.</summary>
internal sealed class RequiredMembers : ISchemaProcessor
{
    public void Process(SchemaProcessorContext context)
    {
        var hasDefault = context.ContextualType.Type.GetConstructors()
            .SelectMany(constructor => constructor.GetParameters())
            .Where(parameter => parameter.Name is not null)
            .DistinctBy(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(parameter => parameter.Name!, parameter => parameter.HasDefaultValue, StringComparer.OrdinalIgnoreCase);

        foreach (var (name, property) in context.Schema.Properties)
        {
            property.IsRequired |= hasDefault.TryGetValue(name, out var optional)
                ? !optional
                : !property.IsNullable(SchemaType.OpenApi3);
        }
    }
}
