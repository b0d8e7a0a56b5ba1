using System.Reflection;
using System.Text.RegularExpressions;

namespace CleanLlm.ArchitectureTests;

/// <summary>Settings reach options in one way, which checks their names and values: docs/decisions/0035.</summary>
public sealed partial class SettingsTests
{
    private const string Mechanism = "src/Application/Settings/";

    // What the framework reads, not this program.
    private static readonly string[] OfTheFramework = ["ASPNETCORE_", "AllowedHosts", "Logging__"];

    private static readonly string[] Documents = ["docs/operations.md", "docs/external-sign-in.md", "docs/openai.md", "docs/ai-contract.md"];

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

    [Test]
    public void EverySetting_IsInTheDocuments()
    {
        var words = Documents.SelectMany(document => Word().Matches(Solution.Text(document)).Select(match => match.Value)).ToHashSet(StringComparer.Ordinal);

        Settings.Should().NotBeEmpty();
        Settings.Where(setting => !words.Contains(setting.Name)).Select(setting => $"{setting.DeclaringType!.Name}.{setting.Name}").Should().BeEmpty();
    }

    [Test]
    public void TheDocuments_NameNoSettingThatIsGone()
    {
        var known = Settings.Select(setting => setting.Name)
            .Concat(Solution.SourceFiles("src").SelectMany(file => file.Lines).SelectMany(line => Section().Matches(line)).SelectMany(match => match.Groups["section"].Value.Split(':')))
            .ToHashSet(StringComparer.Ordinal);
        var named = Documents.SelectMany(document => Row().Matches(Solution.Text(document)))
            .SelectMany(row => Name().Matches(row.Value).Select(match => match.Groups["name"].Value))
            .Where(name => !Array.Exists(OfTheFramework, ours => name.StartsWith(ours, StringComparison.Ordinal)))
            .ToList();

        named.Should().HaveCountGreaterThan(100);
        named.Where(name => name.Split("__").Any(part => !Place().IsMatch(part) && !known.Contains(part))).Should().BeEmpty();
    }

    private static IReadOnlyList<PropertyInfo> Settings =>
    [
        .. Solution.Assemblies.SelectMany(Solution.TypesOf)
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(type => type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(property => property.SetMethod is { IsPublic: true }),
    ];

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

    [GeneratedRegex(@"[A-Za-z]+", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    [GeneratedRegex(@"(Section = |AddSettings<\w+>\(configuration, )""(?<section>[A-Za-z:]+)""", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Section();

    // The first cell of a row of a table.
    [GeneratedRegex(@"^\| [^|]*", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?<name>[A-Z][A-Za-z]*__[A-Za-z0-9_]+)`", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    // The place of an entry in a list.
    [GeneratedRegex(@"^([NMP]|\d+)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Place();
}
