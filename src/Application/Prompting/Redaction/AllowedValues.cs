using System.Collections.Frozen;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>What an operator lets stay in prompts: values in any way of writing, and the domains of addresses.</summary>
/// <param name="allowed">As configured.</param>
internal sealed class AllowedValues(IReadOnlyList<string> allowed)
{
    private readonly FrozenSet<string> values = allowed
        .SelectMany(_ => Enum.GetValues<SensitiveKind>().Where(kind => kind.IsPersonal()), (value, kind) => Key(kind, CanonicalValue.Of(kind, value.Trim())))
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether the value stays.</summary>
    public bool Contains(SensitiveKind kind, string canonical) => values.Count > 0
        && (values.Contains(Key(kind, canonical)) || (kind == SensitiveKind.Email && values.Contains(Key(kind, canonical[canonical.LastIndexOf('@')..]))));

    private static string Key(SensitiveKind kind, string canonical) => $"{kind}:{canonical}";
}
