namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// Finds numbers of payment cards: 12 to 19 digits of a range that issuers have, with Luhn's sum. Written in groups, or with 14 to 16 digits at once, that is
/// enough; other lengths are those of orders and goods too, and need a word that says card.
/// </summary>
internal static class CardDetector
{
    private const int Shortest = 12;
    private const int Longest = 19;

    private static readonly ContextWords Cards = new(
        "card", "visa", "mastercard", "maestro", "amex", "american express", "discover", "diners", "jcb", "unionpay", "cvv", "cvc", "credit", "debit", "pan ", "kreditkarte", "karte", "carte", "tarjeta",
        "cartão", "cartao", "carta di", "kaart", "kort", "karta", "карт", "卡", "カード", "카드", "بطاقة", "कार्ड");

    /// <summary>The longest card number that begins with the groups.</summary>
    public static bool TryFind(ScannedText scanned, int start, CharacterGroups groups, out Sighting found)
    {
        found = default;
        var length = 0;
        for (var i = 0; i < groups.Count && length <= Longest; i++)
        {
            length += groups.Lengths[i];
            if (length is >= Shortest and <= Longest && IsCard(groups.Characters[..length]) && Bounds.EndsAt(scanned.Folded, groups.Ends[i])
                && (IsWrittenAsOne(groups, i, length) || Cards.Near(scanned, start, groups.Ends[i])))
                found = new Sighting(SensitiveKind.Card, start, groups.Ends[i]);
            if (groups.Separators[i] != groups.Separators[0] && groups.Separators[i] is not (' ' or '-'))
                break;
        }

        return found.End > 0;
    }

    private static bool IsCard(ReadOnlySpan<char> number) =>
        number.IndexOfAnyExceptInRange('0', '9') < 0 && IsIssued((int)Checksums.Number(number[..4]), number.Length) && Checksums.Luhn(number);

    // Fours and sixes, or digit by digit.
    private static bool IsWrittenAsOne(CharacterGroups groups, int last, int length) => last switch
    {
        0 => length is 15 or 16 || (length == 14 && groups.Characters[0] == '3'),
        _ => groups.Lengths[0] == 4 ? last is 2 or 3 or 4 : groups.Lengths[..(last + 1)].IndexOfAnyExcept(1) < 0,
    };

    private static bool IsIssued(int prefix, int length) => (prefix / 100) switch
    {
        >= 40 and <= 49 => length is 13 or 16 or 18 or 19,
        >= 51 and <= 55 => length == 16,
        34 or 37 => length == 15,
        36 or 38 or 39 => length is >= 14 and <= 19,
        30 => prefix <= 3059 && length is >= 14 and <= 19,
        35 => prefix >= 3528 && length is >= 16 and <= 19,
        22 => prefix >= 2200 && length is >= 16 and <= 19,
        >= 23 and <= 27 => prefix <= 2720 && length == 16,
        50 or (>= 56 and <= 69) => length >= Shortest,
        81 or 82 or 97 => length is >= 16 and <= 19,
        _ => false,
    };
}
