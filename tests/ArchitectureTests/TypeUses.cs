using Mono.Cecil;
using Mono.Cecil.Cil;

namespace CleanLlm.ArchitectureTests;

/// <summary>All types that a type uses, of any library: its base types, fields, parameters, results, calls and attributes.</summary>
internal static class TypeUses
{
    /// <summary>Full names of outermost types, a few of them more than once.</summary>
    /// <param name="type">With all that is nested in it.</param>
    public static IEnumerable<string> Of(TypeDefinition type) => Referred(type).SelectMany(Parts).Select(Outermost);

    private static IEnumerable<TypeReference?> Referred(TypeDefinition type) =>
    [
        type.BaseType,
        .. type.Interfaces.Select(implemented => implemented.InterfaceType),
        .. Marks(type),
        .. Marks(type.GenericParameters),
        .. type.Fields.Select(field => field.FieldType),
        .. type.Fields.SelectMany(Marks),
        .. type.Properties.SelectMany(Marks),
        .. type.Events.SelectMany(Marks),
        .. type.Methods.SelectMany(Referred),
        .. type.NestedTypes.SelectMany(Referred),
    ];

    private static IEnumerable<TypeReference?> Referred(MethodDefinition method) =>
    [
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. Marks(method),
        .. Marks(method.MethodReturnType),
        .. method.Parameters.SelectMany(Marks),
        .. Marks(method.GenericParameters),
        .. method.Overrides.SelectMany(Referred),
        .. method.HasBody ? Referred(method.Body) : [],
    ];

    private static IEnumerable<TypeReference?> Referred(MethodBody body) =>
    [
        .. body.Variables.Select(variable => variable.VariableType),
        .. body.ExceptionHandlers.Select(handler => handler.CatchType),
        .. body.Instructions.SelectMany(instruction => instruction.Operand switch
        {
            MethodReference method => Referred(method),
            FieldReference field => [field.DeclaringType, field.FieldType],
            TypeReference type => [type],
            CallSite site => [site.ReturnType, .. site.Parameters.Select(parameter => parameter.ParameterType)],
            _ => [],
        }),
    ];

    private static IEnumerable<TypeReference?> Referred(MethodReference method) =>
    [
        method.DeclaringType,
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. method is GenericInstanceMethod closed ? closed.GenericArguments : [],
    ];

    // What an attribute is made with may be a type too.
    private static IEnumerable<TypeReference?> Marks(ICustomAttributeProvider marked) => marked.CustomAttributes.SelectMany(mark =>
        mark.ConstructorArguments.Concat(mark.Properties.Concat(mark.Fields).Select(named => named.Argument))
            .SelectMany(Named)
            .Append(mark.AttributeType));

    private static IEnumerable<TypeReference?> Marks(IEnumerable<GenericParameter> parameters) => parameters.SelectMany(parameter =>
        parameter.Constraints.Select(constraint => constraint.ConstraintType).Concat(Marks((ICustomAttributeProvider)parameter)));

    private static IEnumerable<TypeReference?> Named(CustomAttributeArgument argument) => argument.Value switch
    {
        TypeReference type => [type, argument.Type],
        CustomAttributeArgument inner => Named(inner),
        CustomAttributeArgument[] several => several.SelectMany(Named),
        _ => [argument.Type],
    };

    // A closed generic, an array or a reference uses all that it is made of.
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType closed => closed.GenericArguments.SelectMany(Parts).Concat(Parts(closed.ElementType)),
        IModifierType modified => Parts(modified.ElementType).Concat(Parts(modified.ModifierType)),
        FunctionPointerType pointer => pointer.Parameters.Select(parameter => parameter.ParameterType).Append(pointer.ReturnType).SelectMany(Parts),
        TypeSpecification made => Parts(made.ElementType),
        _ => [type],
    };

    private static string Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type.FullName;
    }
}
