using System.Buffers;
using System.Text;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// Finds keys, tokens, passwords and private keys in one pass over what they begin with, and over the names that they are given to.
/// </summary>
internal sealed class SecretScanner : ITextScanner
{
    private static readonly SearchValues<string> Shapes =
        SearchValues.Create([.. KeyShapes.Prefixes, .. PrivateKeys.Prefixes, UrlCredentials.Prefix], StringComparison.Ordinal);

    // Apart, as in ContextWords.
    private static readonly SearchValues<string> PlainNames = SearchValues.Create([.. Assignments.Names.Where(name => Ascii.IsValid(name))], StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<string> OtherNames = SearchValues.Create([.. Assignments.Names.Where(name => !Ascii.IsValid(name))], StringComparison.OrdinalIgnoreCase);

    public void Scan(ScannedText scanned, List<Sighting> found)
    {
        var text = scanned.Folded;
        var before = found.Count;
        var (at, shape, name, other) = (0, -1, -1, Ascii.IsValid(text) ? text.Length : -1);
        while (at < text.Length)
        {
            // Each is looked for anew only where the last one is passed.
            shape = shape < at ? Next(text, at, Shapes) : shape;
            name = name < at ? Next(text, at, PlainNames) : name;
            other = other < at ? Next(text, at, OtherNames) : other;
            at = Math.Min(shape, Math.Min(name, other));
            if (at == text.Length)
                break;
            if (((at == name || at == other) && Assignments.TryFind(text, at, out var seen)) || (at == shape && TryFindShape(text, at, out seen)))
            {
                found.Add(seen);
                at = Math.Max(AddPair(text, seen, found), at + 1);
            }
            else
            {
                at++;
            }
        }

        if (found.Count == before && !scanned.Member.IsEmpty && Assignments.TryFindByName(scanned.Member, text, out var named))
            found.Add(named);
    }

    private static int Next(ReadOnlySpan<char> text, int from, SearchValues<string> marks) => text[from..].IndexOfAny(marks) is >= 0 and var next ? from + next : text.Length;

    private static bool TryFindShape(ReadOnlySpan<char> text, int at, out Sighting seen)
    {
        seen = default;
        switch (text[at])
        {
            case ':' when text[at + 1] == '/':
                return UrlCredentials.TryFind(text, at, out seen);
            case ':' or '7' or '8':
                if (!KeyShapes.TryFindAround(text, at, out var start, out var around))
                    return false;
                seen = new Sighting(SensitiveKind.ApiKey, start, around);
                return true;
            case '-' or 'P' or 'A' when PrivateKeys.EndAt(text, at) is > 0 and var block:
                seen = new Sighting(SensitiveKind.PrivateKey, at, block);
                return true;
            default:
                var end = KeyShapes.EndAt(text, at);
                seen = new Sighting(SensitiveKind.ApiKey, at, end);
                return end > 0;
        }
    }

    private static int AddPair(ReadOnlySpan<char> text, Sighting key, List<Sighting> found)
    {
        if (key.Kind != SensitiveKind.ApiKey || !KeyShapes.TryFindAwsSecret(text, key.Start, key.End, out var start, out var end))
            return key.End;
        found.Add(new Sighting(SensitiveKind.ApiKey, start, end));
        return end;
    }
}
