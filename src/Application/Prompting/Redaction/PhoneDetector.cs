using PhoneNumbers;

namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>
/// Finds telephone numbers. With a country's code a number is known by its length there. Without one it has to be valid in one of the
/// configured regions and be written as numbers are, or stand behind a word that says telephone.
/// </summary>
/// <param name="regions">The regions whose numbers are known without a country's code.</param>
internal sealed class PhoneDetector(IReadOnlyList<string> regions)
{
    private const int Shortest = 7;
    private const int Longest = 15;
    private const int MostAttempts = 3;
    private const string NoRegion = "ZZ";

    private static readonly ContextWords Phones = new(
        "phone", "tel ", "tel.", "tel:", "telefo", "teleph", "téléph", "mobile", "cell", "call", "text me", "sms", "whatsapp", "fax", "signal", "telegram", "ring ", "dial", "handy", "mobil", "rufnummer", "ruf", "anruf", "durchwahl", "portable", "appel",
        "numéro de t", "teléf", "móvil", "movil", "llam", "cellulare", "chiam", "celular", "ligu", "bel ", "puh", "zadzwoń", "komórk", "тел", "звон", "моб", "电话", "電話", "手机", "手機", "致电", "전화",
        "연락처", "휴대", "携帯", "هاتف", "جوال", "फोन", "फ़ोन", "मोबाइल", "טלפון", "τηλ", "κινητό", "điện thoại", "โทร");

    private static readonly ContextWords Others = new(
        "isbn", "issn", "order", "invoice", "ref ", "ref.", "ref:", "version", "sku", "part", "serial", "model", "article", "item", "imei", "tracking", "case", "ticket", "bestell", "rechnung", "artikel", "commande", "pedido",
        "factura", "chat", "id ", "id:", "заказ", "订单", "注文");

    private readonly PhoneNumberUtil numbers = PhoneNumberUtil.GetInstance();

    /// <summary>The number that begins with the digit there, or with what belongs in front of it.</summary>
    public bool TryFind(ScannedText scanned, int digit, DialledNumber number, out Sighting found)
    {
        found = default;
        var text = scanned.Folded;
        var start = Opening(text, digit, out var isInternational);
        if (!Bounds.BeginsAt(text, start))
            return false;
        number.Read(text, digit, isInternational);
        // Numbers in a row are a table, or the middle of a longer number.
        if (!isInternational && start > 1 && text[start - 1] == ' ' && char.IsAsciiDigit(text[start - 2]))
            return false;
        if (number.Length < Shortest || number.IsDate)
            return false;
        var end = isInternational || number.Digits.StartsWith("00", StringComparison.Ordinal)
            ? InternationalEnd(number, isInternational ? 0 : 2, scanned.Lookups)
            : NationalEnd(scanned, start, number);
        found = new Sighting(SensitiveKind.Phone, start, end);
        return end > 0;
    }

    private static int Opening(ReadOnlySpan<char> text, int digit, out bool isInternational)
    {
        var start = digit;
        if (start > 0 && text[start - 1] == '(')
            start--;
        isInternational = start > 0 && text[start - 1] == '+';
        if (!isInternational)
            return start;
        return start > 1 && text[start - 2] == '(' ? start - 2 : start - 1;
    }

    // The longest row of groups that can be one: what follows a number may be another one.
    private int InternationalEnd(DialledNumber number, int prefix, LookupBudget lookups)
    {
        for (int group = number.Groups - 1, attempts = 0; group >= 0 && attempts < MostAttempts; group--)
        {
            var digits = number.DigitsTo(group)[prefix..];
            if (digits.Length is < Shortest or > Longest)
                continue;
            attempts++;
            if (digits[0] != '0' && (!lookups.TryTake() || IsPossible(digits)))
                return number.EndOf(group);
        }

        return 0;
    }

    private int NationalEnd(ScannedText scanned, int start, DialledNumber number)
    {
        var isNamed = Phones.Precede(scanned, start);
        if (!isNamed && (!number.IsWrittenAsNational || Others.Precede(scanned, start)))
            return 0;
        for (int group = number.NationalGroups - 1, attempts = 0; group >= 0 && attempts < MostAttempts; group--)
        {
            var digits = number.DigitsTo(group);
            if (digits.Length is < Shortest or > Longest || !Bounds.EndsAt(scanned.Folded, number.EndOf(group)))
                continue;
            attempts++;
            if ((isNamed && (digits.Length >= Shortest + 2 || group > 0)) || IsValid(digits, scanned.Lookups))
                return number.EndOf(group);
        }

        return 0;
    }

    private bool IsPossible(ReadOnlySpan<char> digits)
    {
        try
        {
            return numbers.IsPossibleNumberWithReason(numbers.Parse($"+{digits}", NoRegion)) == PhoneNumberUtil.ValidationResult.IS_POSSIBLE;
        }
        catch (NumberParseException)
        {
            // No country has such a code.
            return false;
        }
    }

    private bool IsValid(ReadOnlySpan<char> digits, LookupBudget lookups)
    {
        var written = digits.ToString();
        foreach (var region in regions)
        {
            if (!lookups.TryTake())
                return true;
            try
            {
                if (numbers.IsValidNumber(numbers.Parse(written, region)))
                    return true;
            }
            catch (NumberParseException)
            {
                // Too short or too long there; it may be a number elsewhere.
            }
        }

        return false;
    }
}
