using System.Reflection;

namespace CleanLlm.ArchitectureTests;

/// <summary>What shows one entity is mapped by a profile (docs/decisions/0055).</summary>
public sealed class MappingTests
{
    private static IReadOnlyList<Type> Dtos =>
        [.. Solution.TypesOf(Solution.Application).Where(type => type.Name.EndsWith("Dto", StringComparison.Ordinal))];

    [Test]
    public void NoDto_IsMadeOfOneEntity_ByAFactory()
    {
        var factories = Dtos.SelectMany(dto => dto.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => Dtos.Contains(method.ReturnType) && method.Name is not "op_Implicit" and not "op_Explicit")
            .ToList();

        factories.Should().NotBeEmpty("what has more than one source is made by a factory");
        factories.Where(factory => factory.GetParameters() is [{ ParameterType: var source }] && source.Assembly == Solution.Domain)
            .Select(factory => $"{factory.DeclaringType!.Name}.{factory.Name}")
            .Should().BeEmpty();
    }

    [Test]
    public void NoDto_HasAConstructorThatTakesAnEntity() => Dtos
        .SelectMany(dto => dto.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(constructor => constructor.GetParameters() is [{ ParameterType: { IsClass: true } source }] && source.Assembly == Solution.Domain)
        .Select(constructor => constructor.DeclaringType!.Name)
        .Should().BeEmpty();
}
