using System.Reflection;
using CleanLlm.Application.Prompting.Screening.Rules;

namespace CleanLlm.Application.Prompting.Screening;

/// <summary>The rules that come with the program: the files in <c>Data</c>.</summary>
internal static class BuiltInRules
{
    /// <summary>What the names of their resources begin with.</summary>
    public const string Prefix = "CleanLlm.Application.Screening.";

    private static readonly Lazy<RuleSet> All = new(Read);

    /// <summary>All of them, read once.</summary>
    public static RuleSet Load() => All.Value;

    private static RuleSet Read()
    {
        var file = new RuleFile();
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            file.Read(name[Prefix.Length..], reader.ReadToEnd());
        }

        return new RuleSet(file);
    }
}
