using CleanLlm.Application.Prompting.Redaction;
using static CleanLlm.Application.UnitTests.Prompting.Redaction.Redactions;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

internal sealed class PhoneTests
{
    [TestCase("+49 30 901820")]
    [TestCase("+49 (0)30 901820")]
    [TestCase("+49(30)901820")]
    [TestCase("(+49) 30 901820")]
    [TestCase("+4930901820")]
    [TestCase("0049 30 901820")]
    [TestCase("+1 415-555-2671")]
    [TestCase("+1 (415) 555-2671")]
    [TestCase("+44 20 7946 0958")]
    [TestCase("+33 1 42 68 53 00")]
    [TestCase("+81-3-3224-9999")]
    [TestCase("+86 138 0013 8000")]
    [TestCase("+91 98765 43210")]
    [TestCase("+55 11 91234-5678")]
    [TestCase("(415) 555-2671")]
    [TestCase("415-555-2671")]
    [TestCase("1-415-555-2671")]
    [TestCase("020 7946 0958")]
    [TestCase("030 / 901820")]
    [TestCase("01.42.68.53.00")]
    [TestCase("＋４９ ３０ ９０１８２０")]
    [TestCase("+٤٩ ٣٠ ٩٠١٨٢٠")]
    [TestCase("+४९ ३० ९०१८२०")]
    [TestCase("+49\u00A030\u2009901820")]
    [TestCase("+49 30 90\u200B18\u206020")]
    [TestCase("+49–30–901820")]
    public void ANumber_IsReplaced_WhateverItsForm(string number)
    {
        Pii(number).Should().Be("<PHONE_1>");
        Pii($"Reach me: {number}, thanks.").Should().Be("Reach me: <PHONE_1>, thanks.");
    }

    [TestCase("Phone: 4155552671", "Phone: <PHONE_1>")]
    [TestCase("Handy 0151 12345678", "Handy <PHONE_1>")]
    [TestCase("Mein Telefon ist 030901820.", "Mein Telefon ist <PHONE_1>.")]
    [TestCase("tél. portable : 0612345678", "tél. portable : <PHONE_1>")]
    [TestCase("Mi móvil es 612 345 678", "Mi móvil es <PHONE_1>")]
    [TestCase("我的手机号13800138000。", "我的手机号<PHONE_1>。")]
    [TestCase("전화 010-1234-5678로", "전화 <PHONE_1>로")]
    [TestCase("телефон 8 912 345-67-89", "телефон <PHONE_1>")]
    [TestCase("هاتف ٠٥٠١٢٣٤٥٦٧", "هاتف <PHONE_1>")]
    [TestCase("{\"phone\":\"4155552671\"}", "{\"phone\":\"<PHONE_1>\"}")]
    public void ABareNumber_BehindAWordForTelephone_IsReplaced(string text, string sent) => Pii(text).Should().Be(sent);

    [TestCase("4155552671")]
    [TestCase("0123456789")]
    [TestCase("order 030 901820")]
    [TestCase("2024-01-15 10:30, 15.01.2024, 01/02/2024")]
    [TestCase("ISBN 0-306-40615-2 and 978-3-16-148410-0")]
    [TestCase("0.123456789 and 52.520008, 13.404954")]
    [TestCase("1 234 567 890")]
    [TestCase("+12 and +3000 users")]
    [TestCase("+999 12345678")]
    [TestCase("SN-415-555-2671")]
    [TestCase("part 555-0100-22")]
    [TestCase("1234-5678-9012")]
    public void WhatIsNoNumber_Stays(string text) => Pii(text).Should().Be(text);

    [Test]
    public void TheRegions_SayWhichNationalNumbersAreKnown()
    {
        Pii("099 123 4567", new PiiOptions { DefaultRegions = [] }).Should().Be("099 123 4567");
        Pii("06 12 34 56 78", new PiiOptions { DefaultRegions = ["FR"] }).Should().Be("<PHONE_1>");
        Pii("06 12 34 56 78", new PiiOptions { DefaultRegions = ["US"] }).Should().Be("06 12 34 56 78");
    }

    [Test]
    public void TheSameNumber_HasOnePlaceholder_WhateverItsForm() =>
        Pii("+49 30 901820, 0049 30 901820, +4930901820 and +49 30 901821").Should().Be("<PHONE_1>, <PHONE_1>, <PHONE_1> and <PHONE_2>");

    [Test]
    public void NumbersBeyondWhatMayBeLookedUp_AreReplacedByTheirForm()
    {
        var text = string.Join('\n', Enumerable.Range(0, 2_500).Select(i => $"+4930{100_000 + i}"));

        Pii(text).Should().EndWith("\n<PHONE_2500>");
    }
}
