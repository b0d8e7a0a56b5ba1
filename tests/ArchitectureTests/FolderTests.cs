using System.Reflection;
using Mono.Cecil;

namespace CleanLlm.ArchitectureTests;

/// <summary>What the folders of a project may know of each other, and where a technology may be used.</summary>
public sealed class FolderTests
{
    private const string OfEntityFramework = "Microsoft.EntityFrameworkCore.";
    private const string Persistence = "CleanLlm.Infrastructure.Persistence";
    private const string OfInfrastructure = "CleanLlm.Infrastructure.";

    private static IEnumerable<TestCaseData> Projects => Solution.Assemblies.Select(assembly => new TestCaseData(assembly).SetArgDisplayNames(assembly.GetName().Name!));

    [TestCaseSource(nameof(Projects))]
    public void NoFolder_DependsOnOneThatDependsOnIt(Assembly project)
    {
        var graph = new FolderGraph(ModuleDefinition.ReadModule(project.Location), IsOurs);

        graph.Cycles().Should().BeEmpty();
    }

    [Test]
    public void EntityFramework_IsUsedInPersistenceOnly()
    {
        var users = UsersOf(OfEntityFramework).ToList();

        users.Should().Contain(user => user.StartsWith(Persistence, StringComparison.Ordinal), "or the rule looks for what there is not");
        users.Where(user => !user.StartsWith($"{Persistence}.", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Test]
    public void TheWebApi_TouchesInfrastructureWhereItComposesOnly() =>
        TypesOf(Solution.WebApi)
            .SelectMany(type => TypeUses.Of(type).Where(used => used.StartsWith(OfInfrastructure, StringComparison.Ordinal)), (type, used) => (type.FullName, Used: used))
            .Select(use => use.FullName)
            .Distinct()
            .Should().Equal("Program");

    // Migrations are written by EF Core, and what belongs to no namespace of ours by the compiler; the program itself is in none.
    private static bool IsOurs(TypeDefinition type) =>
        type.Name == "Program"
        || (type.Namespace.StartsWith("CleanLlm.", StringComparison.Ordinal) && !type.Namespace.Contains(".Migrations", StringComparison.Ordinal));

    private static IEnumerable<TypeDefinition> TypesOf(Assembly project) => ModuleDefinition.ReadModule(project.Location).Types.Where(IsOurs);

    private static IEnumerable<string> UsersOf(string technology) => Solution.Assemblies.SelectMany(TypesOf)
        .Where(type => TypeUses.Of(type).Any(used => used.StartsWith(technology, StringComparison.Ordinal)))
        .Select(type => type.FullName);
}
