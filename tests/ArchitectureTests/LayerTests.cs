using System.Reflection;
using ArchUnitNET.NUnit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace CleanLlm.ArchitectureTests;

/// <summary>Which layer may know which: docs/architecture.md has the table.</summary>
public sealed class LayerTests
{
    [Test]
    public void Domain_UsesNothingButTheRuntime() =>
        References(Solution.Domain).Should().OnlyContain(name => name.StartsWith("System.", StringComparison.Ordinal));

    [Test]
    public void Application_KnowsOfOurProjectsOnlyTheDomain() => Ours(Solution.Application).Should().Equal("CleanLlm.Domain");

    [TestCase("Microsoft.EntityFrameworkCore")]
    [TestCase("Microsoft.AspNetCore")]
    [TestCase("Microsoft.Data")]
    [TestCase("Npgsql")]
    [TestCase("Polly")]
    [TestCase("Refit")]
    [TestCase("StackExchange")]
    [TestCase("System.Data")]
    [TestCase("System.Net")]
    [TestCase("System.IO.FileSystem")]
    public void Application_DoesNoInputOrOutputItself(string technology) =>
        References(Solution.Application).Should().NotContain(name => name.StartsWith(technology, StringComparison.Ordinal));

    [Test]
    public void Infrastructure_KnowsOfOurProjectsOnlyApplicationAndDomain() =>
        Ours(Solution.Infrastructure).Should().BeSubsetOf(["CleanLlm.Application", "CleanLlm.Domain"]);

    [TestCase(@"CleanLlm\.Infrastructure\..*")]
    [TestCase(@"Npgsql\..*")]
    [TestCase(@"StackExchange\.Redis\..*")]
    public void Endpoints_NeitherKnowNorReachTheDatabase(string technology) =>
        Types().That().ResideInNamespaceMatching(@"CleanLlm\.WebApi\.Endpoints.*")
            .Should().NotDependOnAnyTypesThat().HaveFullNameMatching(technology)
            .Check(Solution.Architecture);

    [Test]
    public void Namespaces_FollowTheFolders()
    {
        var strangers = from file in Solution.SourceFiles("src")
                        let declared = file.Lines.FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal))
                        let folders = Path.GetDirectoryName(file.Path)!["src/".Length..].Replace('/', '.')
                        where declared is not null && declared != $"namespace CleanLlm.{folders};"
                        select $"{file.Path}: {declared}";

        strangers.Should().BeEmpty();
    }

    private static IEnumerable<string> Ours(Assembly assembly) =>
        References(assembly).Where(name => name.StartsWith("CleanLlm.", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!);
}
