using CleanLlm.Domain.Users;

namespace CleanLlm.Domain.UnitTests.Users;

internal sealed class EmailAddressTests
{
    [TestCase("vic@example.com")]
    [TestCase("  vic@example.com\t")]
    [TestCase("vic@EXAMPLE.Com")]
    [TestCase("vic@\uff45xample.com", Description = "full-width letter")]
    [TestCase("vic@\u212fxample.com", Description = "script letter")]
    [TestCase("vic@example.com.", Description = "the dot of the root")]
    [TestCase("vic@example\u3002com", Description = "ideographic full stop")]
    [TestCase("vic@example\uff0ecom\uff61", Description = "full-width and half-width full stops")]
    [TestCase("vic@exa\u00admple.com", Description = "soft hyphen")]
    [TestCase("vic@exa\u200bmple.com", Description = "zero-width space")]
    [TestCase("vic@exa\u2060mple.com", Description = "word joiner")]
    [TestCase("vic@\ufeffexample.com", Description = "byte order mark")]
    [TestCase("vic@exa\ufe0fmple.com", Description = "variation selector")]
    [TestCase("vic@exa\u034fmple.com", Description = "combining grapheme joiner")]
    public void EverySpellingOfADomain_IsOneAddress(string text)
    {
        var address = EmailAddress.Of(text)!;

        address.Value.Should().Be("vic@example.com");
        address.Key.Should().Be("VIC@EXAMPLE.COM");
    }

    [TestCase("ada@ex\u00e4mple.org", "ada@xn--exmple-cua.org")]
    [TestCase("ada@EXA\u0308MPLE.org", "ada@xn--exmple-cua.org")]
    [TestCase("ada@XN--EXMPLE-CUA.ORG", "ada@xn--exmple-cua.org")]
    [TestCase("ada@fa\u00df.de", "ada@xn--fa-hia.de")]
    [TestCase("ada@\u0430pple.com", "ada@xn--pple-43d.com", Description = "a Cyrillic letter makes another domain")]
    public void ADomainOfAnyAlphabet_IsStoredInAscii(string text, string stored) => EmailAddress.Of(text)!.Value.Should().Be(stored);

    [TestCase("a\u0308da@example.org", "\u00e4da@example.org")]
    [TestCase("\ud83d\ude00@example.org", "\ud83d\ude00@example.org")]
    [TestCase("o'brien+tag@example.org", "o'brien+tag@example.org")]
    [TestCase("Ada.Lovelace@example.org", "Ada.Lovelace@example.org")]
    [TestCase("\uff41da@example.org", "\uff41da@example.org", Description = "mail servers may tell the widths apart")]
    public void WhatStandsBeforeTheAt_IsComposed_AndOtherwiseLeftAlone(string text, string stored) => EmailAddress.Of(text)!.Value.Should().Be(stored);

    [Test]
    public void LettersOfAnyCase_AreOneAddress() => EmailAddress.Of("ADA@example.org")!.Key.Should().Be(EmailAddress.Of("ada@Example.ORG")!.Key);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("ada")]
    [TestCase("@example.org")]
    [TestCase("ada@")]
    [TestCase("ada@home@example.org")]
    [TestCase("ada lovelace@example.org")]
    [TestCase("ada\u00a0b@example.org")]
    [TestCase("ada\u0000@example.org")]
    [TestCase("ada@exam\nple.org")]
    [TestCase("ada@-example.org")]
    [TestCase("ada@exam_ple.org")]
    [TestCase("ada@example..org")]
    [TestCase("ada@.")]
    [TestCase("ada@\u200b")]
    [TestCase("ada@[127.0.0.1]")]
    [TestCase("ada@xn--a.org")]
    [TestCase("ada@exa\u202emple.org")]
    [TestCase("ada\uff20example.org")]
    public void WhatIsNoAddress_IsRefused(string? text) => EmailAddress.Of(text).Should().BeNull();

    [TestCase("<>(),;:\"\\[]")]
    public void SpecialCharacters_AreRefused(string specials)
    {
        foreach (var special in specials)
        {
            EmailAddress.Of($"a{special}b@example.org").Should().BeNull("it holds {0}", special);
            EmailAddress.Of($"ab@exa{special}mple.org").Should().BeNull("it holds {0}", special);
        }

        EmailAddress.Of("a\u037eb@example.org").Should().BeNull("the Greek question mark is a semicolon in NFC");
    }

    // Formats, what is not shown, private use, what is not assigned, noncharacters and half a surrogate pair.
    [TestCase(0x00AD)]
    [TestCase(0x200B)]
    [TestCase(0x200D)]
    [TestCase(0x202E)]
    [TestCase(0x2060)]
    [TestCase(0xFEFF)]
    [TestCase(0xFE0F)]
    [TestCase(0x034F)]
    [TestCase(0x3164)]
    [TestCase(0x115F)]
    [TestCase(0xE000)]
    [TestCase(0x0378)]
    [TestCase(0xFFFD)]
    [TestCase(0xFFFE)]
    [TestCase(0xFDD0)]
    [TestCase(0xD800)]
    public void CharactersThatAreNotShown_AreRefusedBeforeTheAt(int character) =>
        EmailAddress.Of($"ada{(char)character}@example.org").Should().BeNull();

    [Test]
    public void Tags_AreRefusedEverywhere()
    {
        EmailAddress.Of("ada\U000E0041@example.org").Should().BeNull();
        EmailAddress.Of("ada@exa\U000E0041mple.org").Should().BeNull();
    }

    [TestCase(242, true)]
    [TestCase(243, false)]
    [TestCase(2_000, false)]
    public void TheLength_IsThatOfWhatIsStored(int letters, bool fits)
    {
        (EmailAddress.Of($"{new string('a', letters)}@example.org") is not null).Should().Be(fits);
        if (fits)
            EmailAddress.Of(new string('a', letters - 1) + "o\u0308@example.org").Should().NotBeNull("two characters are composed to one");
    }

    [Test]
    public void AnAccount_IsFoundAsItIsStored_AsItWasTyped_AndByTheDomainInItsOwnLetters()
    {
        EmailAddress.Of("ada@example.org")!.Keys.Should().Equal("ADA@EXAMPLE.ORG");
        EmailAddress.Of("vic@\uff45xample.com")!.Keys.Should().Equal("VIC@\uff25XAMPLE.COM", "VIC@EXAMPLE.COM");
        EmailAddress.Of("ada@xn--exmple-cua.org")!.Keys.Should().Equal("ADA@XN--EXMPLE-CUA.ORG", "ADA@EX\u00c4MPLE.ORG");
    }

    [TestCase("a,b@example.org")]
    [TestCase("\"ada\"@example.org")]
    [TestCase("a\u200bda@example.org")]
    public void AnAddressThatWasAcceptableOnce_StillNamesItsAccount(string text)
    {
        EmailAddress.OfAccount(text)!.Value.Should().Be(text);
        EmailAddress.OfAccount(text)!.Keys.Should().Equal(text.ToUpperInvariant());
    }

    [TestCase(' ')]
    [TestCase(0x0007)]
    [TestCase(0xFFFE)]
    [TestCase(0xD800)]
    [TestCase('@')]
    public void WhatNeverWasAnAddress_NamesNoAccount(int character) => EmailAddress.OfAccount($"a{(char)character}b@example.org").Should().BeNull();

    [TestCase("ada@ex\u00e4mple.org", "ada@xn--exmple-cua.org")]
    [TestCase("@EX\u00c4MPLE.org", "@xn--exmple-cua.org")]
    [TestCase("ex\u00e4mple.org", "xn--exmple-cua.org")]
    [TestCase("ada@", "ada@")]
    [TestCase("%_", "%_")]
    public void APartOfAnAddress_IsSearchedAsItIsStored(string text, string stored) => EmailAddress.PartOf(text).Should().Be(stored);

    [TestCase(0xD800)]
    [TestCase(0xFFFE)]
    public void APartThatIsNoText_IsSearchedAsItIs(int character) => EmailAddress.PartOf($"a{(char)character}").Should().Be($"a{(char)character}");

    [Test]
    public void NoAddress_IsWrittenByAccident() => EmailAddress.Of("ada@example.org")!.ToString().Should().NotContain("ada");
}
