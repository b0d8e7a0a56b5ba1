using static CleanLlm.Application.UnitTests.Prompting.Redaction.Redactions;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

/// <summary>IBANs and payment cards, by the examples that registries and issuers publish.</summary>
internal sealed class AccountTests
{
    [TestCase("DE89370400440532013000")]
    [TestCase("DE89 3704 0044 0532 0130 00")]
    [TestCase("de89 3704 0044 0532 0130 00")]
    [TestCase("DE89-3704-0044-0532-0130-00")]
    [TestCase("GB82 WEST 1234 5698 7654 32")]
    [TestCase("GB82WEST12345698765432")]
    [TestCase("FR14 2004 1010 0505 0001 3M02 606")]
    [TestCase("NL91ABNA0417164300")]
    [TestCase("CH93 0076 2011 6238 5295 7")]
    [TestCase("NO93 8601 1117 947")]
    [TestCase("MT84MALT011000012345MTLCAST001S")]
    [TestCase("ＤＥ８９ ３７０４ ００４４ ０５３２ ０１３０ ００")]
    public void AnIban_IsReplaced(string iban)
    {
        Pii(iban).Should().Be("<IBAN_1>");
        Pii($"Pay to {iban} and tell me").Should().Be("Pay to <IBAN_1> and tell me");
    }

    [TestCase("DE88370400440532013000")]
    [TestCase("DE89 3704 0044 0532 0130 01")]
    [TestCase("ZZ89370400440532013000")]
    [TestCase("DE8937040044053201300")]
    [TestCase("XDE89370400440532013000")]
    public void AnIban_WithAWrongSumLengthOrCountry_Stays(string iban) => Pii(iban).Should().Be(iban);

    [TestCase("4111111111111111")]
    [TestCase("4111 1111 1111 1111")]
    [TestCase("4111-1111-1111-1111")]
    [TestCase("4111-1111 1111-1111")]
    [TestCase("4111.1111.1111.1111")]
    [TestCase("5555555555554444")]
    [TestCase("2223003122003222")]
    [TestCase("378282246310005")]
    [TestCase("3782 822463 10005")]
    [TestCase("6011111111111117")]
    [TestCase("30569309025904")]
    [TestCase("3530111333300000")]
    [TestCase("6200000000000005")]
    [TestCase("2200000000000053")]
    [TestCase("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")]
    [TestCase("٤١١١ ١١١١ ١١١١ ١١١١")]
    [TestCase("4111\u200B1111\u20601111\u200D1111")]
    [TestCase("4111\u202F1111\u202F1111\u202F1111")]
    public void ACard_IsReplaced(string card)
    {
        Pii(card).Should().Be("<CARD_1>");
        Pii($"Charge {card}, please.").Should().Be("Charge <CARD_1>, please.");
    }

    [TestCase("visa 4222222222222", "visa <CARD_1>")]
    [TestCase("Karte: 6799990100000000019", "Karte: <CARD_1>")]
    [TestCase("银行卡6759649826438453", "银行卡<CARD_1>")]
    [TestCase("4111 1111 1111 1111 12/27 123", "<CARD_1> 12/27 123")]
    [TestCase("4111111111111111.Thanks", "<CARD_1>.Thanks")]
    public void ACard_AmongOtherThings_IsReplacedAlone(string text, string sent) => Pii(text).Should().Be(sent);

    [TestCase("4111111111111112")]
    [TestCase("4111 1111 1111 1112")]
    [TestCase("9999999999999995")]
    [TestCase("4222222222222")]
    [TestCase("a4111111111111111")]
    [TestCase("41111111111111110000000000")]
    [TestCase("IMEI 490154203237518")]
    [TestCase("1700000000000, 1700000000000000")]
    public void WhatIsNoCard_Stays(string text) => Pii(text).Should().Be(text);

    [Test]
    public void TheSameNumber_HasOnePlaceholder_WhateverItsForm() =>
        Pii("4111111111111111 is 4111-1111-1111-1111, DE89 3704 0044 0532 0130 00 is de89370400440532013000").Should().Be("<CARD_1> is <CARD_1>, <IBAN_1> is <IBAN_1>");
}
