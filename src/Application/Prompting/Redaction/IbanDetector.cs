using System.Collections.Frozen;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>Finds international bank account numbers: the length of their country and ISO 7064, MOD 97-10.</summary>
internal static class IbanDetector
{
    private const string Countries =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 "
        + "GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 "
        + "OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

    private static readonly FrozenDictionary<string, int> Lengths =
        Countries.Split(' ').ToFrozenDictionary(country => country[..2], country => (int)Checksums.Number(country.AsSpan(2)), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> LengthOf = Lengths.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The account number that begins with the groups.</summary>
    public static bool TryFind(ReadOnlySpan<char> text, int start, CharacterGroups groups, out Sighting found)
    {
        found = default;
        var characters = groups.Characters;
        if (characters.Length < 4 || !char.IsAsciiDigit(characters[2]) || !char.IsAsciiDigit(characters[3])
            || !LengthOf.TryGetValue(characters[..2], out var length) || characters.Length < length)
            return false;
        var number = characters[..length];
        if (Checksums.Mod97(number[..4], Checksums.Mod97(number[4..])) != 1)
            return false;
        for (int i = 0, total = 0; i < groups.Count && total < length; i++)
        {
            total += groups.Lengths[i];
            if (total == length && Bounds.EndsAt(text, groups.Ends[i]))
                found = new Sighting(SensitiveKind.Iban, start, groups.Ends[i]);
        }

        return found.End > 0;
    }
}
