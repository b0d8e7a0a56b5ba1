using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CleanLlm.ArchitectureTests;

/// <summary>No package is older than the versions that docs/security.md calls safe.</summary>
public sealed partial class PackageTests
{
    [Test]
    public void NoPackage_IsBelowItsMinimumSafeVersion()
    {
        var pinned = XDocument.Parse(Solution.Text("Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => package.Attribute("Include")!.Value, package => Version.Parse(package.Attribute("Version")!.Value.Split('-')[0]), StringComparer.Ordinal);
        var table = Solution.Text("docs/security.md").Split("## Minimum versions")[1];
        var minimums = Row().Matches(table).ToDictionary(row => row.Groups["name"].Value, row => Version.Parse(row.Groups["version"].Value), StringComparer.Ordinal);

        minimums.Should().HaveCountGreaterThanOrEqualTo(3);
        minimums.Keys.Should().BeSubsetOf(pinned.Keys);
        minimums.Where(minimum => pinned[minimum.Key] < minimum.Value).Should().BeEmpty();
    }

    [GeneratedRegex(@"^\| (?<name>[A-Za-z.]+) \| (?<version>\d+\.\d+\.\d+) \|", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Row();
}
