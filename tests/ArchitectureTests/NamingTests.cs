namespace CleanLlm.ArchitectureTests;

/// <summary>Names say what a thing is, and files stay short enough to read.</summary>
public sealed class NamingTests
{
    private const int LongestFile = 300;

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

    // The two marks are spelled out here to be looked for; nothing is switched off.
    [TestCase("src")]
    [TestCase("tests")]
    public void NoFile_SwitchesAWarningOff(string folder) =>
        Solution.SourceFiles(folder)
            .Where(file => Array.Exists(file.Lines, line => line.TrimStart().StartsWith("#pragma warning", StringComparison.Ordinal)
                || line.TrimStart().StartsWith("[SuppressMessage", StringComparison.Ordinal)))
            .Select(file => file.Path)
            .Should().BeEmpty();

    [Test]
    public void OnlyInterfaces_BeginWithACapitalIAndAnother() =>
        Solution.Assemblies.SelectMany(Solution.TypesOf)
            .Where(type => type.IsInterface != (type.Name is ['I', >= 'A' and <= 'Z', not (>= 'A' and <= 'Z'), ..]))
            .Should().BeEmpty();
}
