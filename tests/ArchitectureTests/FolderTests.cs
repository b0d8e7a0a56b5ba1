using System.Reflection;

namespace CleanLlm.ArchitectureTests;

/// <summary>What the folders of a project may know of each other, and where a technology may be used.</summary>
public sealed class FolderTests
{
    private const string OfEntityFramework = "Microsoft.EntityFrameworkCore.";
    private const string Persistence = "CleanLlm.Infrastructure.Persistence";
    private const string OfInfrastructure = "CleanLlm.Infrastructure.";

    private static IEnumerable<TestCaseData> Projects => Solution.Assemblies.Select(assembly => new TestCaseData(assembly).SetArgDisplayNames(assembly.GetName().Name!));

    [TestCaseSource(nameof(Projects))]
    public void NoFolder_DependsOnOneThatDependsOnIt(Assembly project) =>
        new FolderGraph(Solution.CompiledTypesOf(project)).Cycles().Should().BeEmpty();

    [Test]
    public void EntityFramework_IsUsedInPersistenceOnly()
    {
        var users = Solution.Assemblies.SelectMany(project => UsersOf(project, OfEntityFramework)).ToList();

        users.Should().Contain(user => user.StartsWith(Persistence, StringComparison.Ordinal), "or the rule looks for what there is not");
        users.Where(user => !user.StartsWith($"{Persistence}.", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Test]
    public void TheWebApi_TouchesInfrastructureWhereItComposesOnly() =>
        UsersOf(Solution.WebApi, OfInfrastructure).Should().Equal("Program");

    private static IEnumerable<string> UsersOf(Assembly project, string technology) => Solution.CompiledTypesOf(project)
        .Where(type => TypeUses.Of(type).Any(used => used.StartsWith(technology, StringComparison.Ordinal)))
        .Select(type => type.FullName);
}
