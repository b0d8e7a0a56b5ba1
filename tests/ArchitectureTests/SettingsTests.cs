using System.Text.RegularExpressions;

namespace CleanLlm.ArchitectureTests;

/// <summary>Settings reach options in one way, which checks their names and values: docs/decisions/0035.</summary>
public sealed partial class SettingsTests
{
    private const string Mechanism = "src/Application/Settings/";

    [Test]
    public void NothingElse_BindsOrReadsSections() =>
        Solution.SourceFiles("src")
            .Where(file => !file.Path.StartsWith(Mechanism, StringComparison.Ordinal))
            .SelectMany(file => file.Lines.Where(line => OtherWay().IsMatch(line)).Select(line => $"{file.Path}: {line.Trim()}"))
            .Should().BeEmpty();

    [Test]
    public void AllOptions_AreBoundByIt()
    {
        var bound = Solution.SourceFiles("src")
            .SelectMany(file => file.Lines)
            .SelectMany(line => Bound().Matches(line).Select(match => match.Groups["options"].Value))
            .ToHashSet(StringComparer.Ordinal);
        var ours = Solution.Assemblies.SelectMany(Solution.TypesOf).Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal)).ToList();
        var reached = new HashSet<Type>();
        foreach (var type in ours.Where(type => bound.Contains(type.Name)))
            Reach(type, reached);

        reached.Should().NotBeEmpty();
        ours.Except(reached).Should().BeEmpty("options that nothing fills from the configuration have another name");
    }

    private static void Reach(Type type, HashSet<Type> reached)
    {
        if (!Solution.Assemblies.Contains(type.Assembly) || !reached.Add(type))
            return;
        for (var parent = type.BaseType; parent is not null; parent = parent.BaseType)
            Reach(parent, reached);
        foreach (var property in type.GetProperties().Select(property => property.PropertyType))
        {
            foreach (var inner in property.GetGenericArguments().Append(property))
                Reach(inner, reached);
        }
    }

    [GeneratedRegex(@"\.Bind\(|BindConfiguration|\.GetSection\(|onfiguration\.GetValue|onfiguration\[|onfiguration\.Get<|ValidateDataAnnotations|Configure<\w+Options>\(configuration", RegexOptions.NonBacktracking)]
    private static partial Regex OtherWay();

    [GeneratedRegex(@"AddSettings<(List<)?(?<options>\w+)>", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Bound();
}
