using System.Text.RegularExpressions;

namespace CleanLlm.ArchitectureTests;

/// <summary>Names say what a thing is, and files stay short enough to read.</summary>
public sealed class NamingTests
{
    private const int LongestFile = 300;

    // What the rule below looks for; this pattern itself switches nothing off. As a directive, or as an attribute: alone, of an assembly or a
    // member, or in a list of several.
    private static readonly Regex SwitchesOff = new(
        @"^\s*(#\s*pragma\s+warning|\[.*\b(Unconditional)?SuppressMessage(Attribute)?\b)",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static readonly string[] SayNothing = ["Manager", "Helper", "Helpers", "Util", "Utils", "Misc", "Common", "Base"];

    [Test]
    public void NoType_HasANameThatSaysLittle() =>
        Solution.Assemblies.SelectMany(Solution.TypesOf)
            .Where(type => Array.Exists(SayNothing, ending => type.Name.EndsWith(ending, StringComparison.Ordinal)) || type.Name is "Service" or "IService")
            .Should().BeEmpty();

    [TestCase("src")]
    [TestCase("tests")]
    public void NoFile_IsLongerThan300Lines(string folder) =>
        Solution.SourceFiles(folder).Where(file => file.Lines.Length > LongestFile)
            .Select(file => $"{file.Path}: {file.Lines.Length} lines")
            .Should().BeEmpty();

    [TestCase("src")]
    [TestCase("tests")]
    public void NoFile_SwitchesAWarningOff(string folder) =>
        Solution.SourceFiles(folder)
            .Where(file => Array.Exists(file.Lines, SwitchesOff.IsMatch))
            .Select(file => file.Path)
            .Should().BeEmpty();

    [Test]
    public void OnlyInterfaces_BeginWithACapitalIAndAnother() =>
        Solution.Assemblies.SelectMany(Solution.TypesOf)
            .Where(type => type.IsInterface != (type.Name is ['I', >= 'A' and <= 'Z', not (>= 'A' and <= 'Z'), ..]))
            .Should().BeEmpty();
}
