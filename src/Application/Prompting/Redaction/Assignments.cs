using System.Buffers;
using System.Collections.Frozen;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// Finds passwords, keys and tokens by the name that they are given to: <c>password=…</c>, <c>"api_key": "…"</c>, <c>--token …</c>,
/// <c>Authorization: Bearer …</c>, <c>my password is …</c>.
/// </summary>
internal static class Assignments
{
    private const int LongestTail = 32;
    private const int LongestGap = 8;
    private const int LongestOperator = 3;
    private const int LongestRead = 512;

    private static readonly string[] PasswordNames =
    [
        "password", "passwd", "passphrase", "passcode", "pwd", "_pass", "pass=", "pass:", "passwort", "kennwort", "mot de passe", "motdepasse", "contraseña", "contrasena", "senha", "wachtwoord", "lösenord",
        "hasło", "salasana", "parola", "пароль", "密码", "密碼", "パスワード", "비밀번호", "पासवर्ड", "كلمة المرور",
    ];

    private static readonly string[] KeyNames =
        ["api_key", "apikey", "api-key", "api key", "access_key", "accesskey", "access-key", "account_key", "accountkey", "auth_key", "authkey", "private_key", "privatekey", "encryption_key", "secret", "token", "authorization", "bearer", "credential", "sessionid", "session_id", "sessid", "session=", "sig="];

    // What names of other things end in: how long a token lives, where it is kept.
    private static readonly string[] OtherTails =
        ["expir", "type", "count", "limit", "url", "uri", "name", "endpoint", "path", "file", "length", "size", "ttl", "policy", "hint", "min", "max", "reset", "field", "id"];

    private static readonly string[] Schemes = ["bearer ", "basic ", "token ", "digest ", "apikey "];

    private static readonly string[] Verbs = [" is: ", " is ", " ist ", " lautet ", " est ", " es ", " è ", " é ", "是", "は"];

    private static readonly FrozenDictionary<char, (string Name, SensitiveKind Kind)[]> ByFirst = PasswordNames.Select(name => (Name: name, Kind: SensitiveKind.Password))
        .Concat(KeyNames.Select(name => (Name: name, Kind: SensitiveKind.ApiKey)))
        .GroupBy(known => known.Name[0])
        .ToFrozenDictionary(same => same.Key, same => same.ToArray());

    private static readonly SearchValues<char> Quotes = SearchValues.Create("\"'`");
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n\"'`<>;,&)]}" + Bounds.EscapedBreak);

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => [.. PasswordNames, .. KeyNames];

    /// <summary>What is given to the name there.</summary>
    public static bool TryFind(ReadOnlySpan<char> text, int at, out Sighting found)
    {
        found = default;
        if (NameAt(text, at, out var kind) is not (> 0 and var name) || TailEnd(text, name) is not (> 0 and var key)
            || ValueStart(text, at, key, out var bond) is not (> 0 and var start))
            return false;
        var isQuoted = Quotes.Contains(text[start]);
        var body = isQuoted ? start + 1 : start;
        body += SchemeLength(text[body..]);
        var bounded = text[..Math.Min(text.Length, body + LongestRead)];
        var end = isQuoted && QuotedEnd(bounded, body, text[start]) is > 0 and var quote ? quote : PlainEnd(bounded, body);
        if (SecretEnd(text, body, out var shape) is > 0 and var whole)
            (kind, end) = (shape, Math.Max(end, whole));
        else if (!SecretValues.IsLikely(text[body..end], kind, text[at..key], isQuoted, bond == Bond.Tight || (bond == Bond.Loose && EndsLine(text, end))))
            return false;
        else if (end == bounded.Length && text[end..].IndexOfAny(Ends) is var rest)
            end = rest < 0 ? text.Length : end + rest;
        found = new Sighting(kind, body, end);
        return true;
    }

    /// <summary>What the value of a member of JSON is by the member's name; false for a name that says nothing of the kind.</summary>
    public static bool TryFindByName(ReadOnlySpan<char> member, ReadOnlySpan<char> value, out Sighting found)
    {
        found = default;
        for (var at = 0; at < Math.Min(member.Length, LongestRead); at++)
        {
            if (NameAt(member, at, out var kind) is not (> 0 and var name) || TailEnd(member, name) is not (> 0 and var key) || member[key..] is not ":")
                continue;
            found = new Sighting(kind, SchemeLength(value), value.Length);
            return SecretValues.IsLikely(value[found.Start..], kind, member[at..key], isQuoted: true, isSure: true);
        }

        return false;
    }

    // The operator that a name ends in is not part of it.
    private static int NameAt(ReadOnlySpan<char> text, int at, out SensitiveKind kind)
    {
        (kind, var longest) = (default, 0);
        foreach (var (name, known) in ByFirst.GetValueOrDefault(char.ToLowerInvariant(text[at]), []))
        {
            if (name.Length > longest && text[at..].StartsWith(name, StringComparison.OrdinalIgnoreCase))
                (kind, longest) = (known, name.Length);
        }

        return longest == 0 ? 0 : at + (text[at + longest - 1] is '=' or ':' ? longest - 1 : longest);
    }

    // The rest of a longer name: DB_PASSWORD_PROD, secretKey. A name that goes on as a word is another one: tokens, secretary.
    private static int TailEnd(ReadOnlySpan<char> text, int name)
    {
        var end = name;
        while (end < text.Length && end - name < LongestTail && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '-'))
            end++;
        var tail = text[name..end];
        if (tail.Length > 0 && char.IsAsciiLetterLower(tail[0]) && !char.IsAsciiLetterUpper(text[name - 1]) && text[name - 1] != '_')
            return 0;
        foreach (var other in OtherTails)
        {
            if (tail.TrimStart("_-").StartsWith(other, StringComparison.OrdinalIgnoreCase))
                return 0;
        }

        return end;
    }

    // Behind quotes, brackets and spaces, an operator, and spaces again.
    private static int ValueStart(ReadOnlySpan<char> text, int at, int key, out Bond bond)
    {
        bond = Bond.Said;
        foreach (var verb in Verbs)
        {
            if (text[key..].StartsWith(verb, StringComparison.OrdinalIgnoreCase))
                return Spaced(text, key + verb.Length);
        }

        var i = key;
        while (i < text.Length && i - key < LongestGap && text[i] is ' ' or '"' or '\'' or '`' or ']' or ')' or '*' or '\t')
            i++;
        var operators = i;
        while (i < text.Length && i - operators < LongestOperator && (text[i] is '=' or ':' || (text[i] == '>' && (i > operators || (at > 0 && text[at - 1] == '<')))))
            i++;
        if (i == operators && !(i > key && text[key] == ' ' && TakesSpace(text, at)))
            return 0;
        var start = Spaced(text, i);
        bond = i == operators || (operators == key && start == i && text[i - 1] != ':') ? Bond.Tight : Bond.Loose;
        return start;
    }

    private static int Spaced(ReadOnlySpan<char> text, int at)
    {
        var i = at;
        while (i < text.Length && i - at < LongestGap && text[i] is ' ' or '\t' or '*')
            i++;
        return i < text.Length ? i : 0;
    }

    // Options of a command line, and the scheme of a header.
    private static bool TakesSpace(ReadOnlySpan<char> text, int at)
    {
        var start = at;
        while (start > 0 && at - start < LongestTail && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '-' or '_'))
            start--;
        return text[start..at].StartsWith("--", StringComparison.Ordinal) || (start == at && text[at..].StartsWith("bearer", StringComparison.OrdinalIgnoreCase));
    }

    private static int QuotedEnd(ReadOnlySpan<char> text, int start, char quote)
    {
        for (var end = start; text[end..].IndexOf(quote) is >= 0 and var next; end += next + 1)
        {
            if (end + next == start || text[end + next - 1] != '\\')
                return end + next;
        }

        return 0;
    }

    // A comma or an ampersand belongs to the value, unless another one follows.
    private static int PlainEnd(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length)
        {
            if (text[end..].IndexOfAny(Ends) is not (>= 0 and var next))
            {
                end = text.Length;
                break;
            }

            end += next;
            var isPart = end + 1 < text.Length && text[end] switch
            {
                ',' => !char.IsWhiteSpace(text[end + 1]) && !IsFollowedByName(text[(end + 1)..]),
                '&' => !IsFollowedByName(text[(end + 1)..]),
                ')' or ']' or '}' => !Ends.Contains(text[end + 1]) && text[end + 1] != '.',
                _ => false,
            };
            if (!isPart)
                break;
            end++;
        }

        while (end > start + 1 && text[end - 1] == '.')
            end--;
        return end;
    }

    private static bool IsFollowedByName(ReadOnlySpan<char> text)
    {
        var name = 0;
        while (name < text.Length && name < LongestTail && Bounds.IsWord(text[name]))
            name++;
        return name > 0 && name < text.Length && text[name] is '=' or ':';
    }

    private static int SchemeLength(ReadOnlySpan<char> value)
    {
        foreach (var scheme in Schemes)
        {
            if (value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                return scheme.Length;
        }

        return 0;
    }

    private static int SecretEnd(ReadOnlySpan<char> text, int start, out SensitiveKind kind)
    {
        kind = SensitiveKind.PrivateKey;
        if (start >= text.Length)
            return 0;
        if (PrivateKeys.EndAt(text, start) is > 0 and var end)
            return end;
        kind = SensitiveKind.ApiKey;
        return KeyShapes.EndAt(text, start);
    }

    private static bool EndsLine(ReadOnlySpan<char> text, int end) => end == text.Length || text[end] is '\n' or '\r' or Bounds.EscapedBreak;

    /// <summary>How firmly a value is tied to its name.</summary>
    private enum Bond
    {
        /// <summary>By a verb: <c>the password is …</c>.</summary>
        Said,

        /// <summary>With spaces, or by a colon, as in ordinary text.</summary>
        Loose,

        /// <summary>As programs write it.</summary>
        Tight,
    }
}
