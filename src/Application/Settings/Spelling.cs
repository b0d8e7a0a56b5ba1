namespace CleanLlm.Application.Settings;

/// <summary>How far names are from each other.</summary>
internal static class Spelling
{
    /// <summary>The one that was probably meant; null when none is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        var bare = Bare(name);
        return known.Select(candidate => (Name: candidate, Distance: Distance(bare, Bare(candidate))))
            .Where(candidate => candidate.Distance <= Tolerance(candidate.Name))
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    // Short names are near many words that have nothing to do with them.
    private static int Tolerance(string name) => name.Length switch { <= 3 => 0, <= 5 => 1, _ => 2 };

    private static string Bare(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    // Levenshtein's, row by row; a swap of neighbours is two steps.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(diagonal + (a[i - 1] == b[j - 1] ? 0 : 1), Math.Min(row[j], row[j - 1]) + 1));
        }

        return row[^1];
    }
}
