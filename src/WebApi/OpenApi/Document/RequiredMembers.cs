using NJsonSchema;
using NJsonSchema.Generation;

namespace CleanLlm.WebApi.OpenApi.Document;

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

        // Of what a derived type adds, too: that stands beside the reference to its base.
        foreach (var (name, property) in context.Schema.ActualProperties)
        {
            property.IsRequired |= hasDefault.TryGetValue(name, out var optional)
                ? !optional
                : !property.IsNullable(SchemaType.OpenApi3);
        }
    }
}
