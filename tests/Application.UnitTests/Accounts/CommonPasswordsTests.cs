using CleanLlm.Application.Accounts;

namespace CleanLlm.Application.UnitTests.Accounts;

internal sealed class CommonPasswordsTests
{
    private const string Email = "ada.lovelace@analytical-engines.example";

    [TestCase("1qaz2wsx3edc4rfv", TestName = "from a breach")]
    [TestCase("Unbelievable", TestName = "a long word")]
    [TestCase("aaaaaaaaaaaa")]
    [TestCase("123456789012")]
    [TestCase("987654321098")]
    [TestCase("qwertyuiop12")]
    [TestCase("poiuytrewq00")]
    [TestCase("abcabcabcabc")]
    [TestCase("x7Kp2qx7Kp2q", TestName = "six characters twice")]
    [TestCase("asdfghjkl123!")]
    [TestCase("aaaabbbbcccc")]
    [TestCase("Password1234")]
    [TestCase("P@ssw0rd!!!!")]
    [TestCase("passwordpassword")]
    [TestCase("Dragon19850412")]
    [TestCase("12--monkey--34")]
    [TestCase("letmein letmein")]
    [TestCase("p a s s w o r d 1 2")]
    [TestCase("CleanLlm2026!")]
    [TestCase("lovelace1815!")]
    [TestCase("ada.lovelace1")]
    [TestCase("Analytical-Engines9")]
    [TestCase("ada.lovelace@analytical-engines.example")]
    [TestCase("            ", TestName = "nothing but spaces")]
    public void Contain_WhatEverybodyTries(string password) => CommonPasswords.Contain(password, Email).Should().BeTrue();

    [TestCase("correct horse battery staple")]
    [TestCase("correct horse battery")]
    [TestCase("vG7#pLq2!xRz")]
    [TestCase("830271948573")]
    [TestCase("tell me why it rains")]
    [TestCase("Ada loves her engines")]
    [TestCase("\u00e9l\u00e9phant dans la cuisine")]
    public void DoNotContain_WhatOnlyItsOwnerThoughtOf(string password) => CommonPasswords.Contain(password, Email).Should().BeFalse();

    [Test]
    public void KnowNoAddress_WhenThereIsNone() => CommonPasswords.Contain("lovelace1815!", email: null).Should().BeFalse();

    [Test]
    public void Register_SaysWhy()
    {
        var result = new RegisterValidator().Validate(new Register(Email, "Password1234", null));

        var failure = result.Errors.Should().ContainSingle().Subject;
        failure.PropertyName.Should().Be(nameof(Register.Password));
        failure.ErrorMessage.Should().Contain("first that are tried");
    }

    [Test]
    public void Register_WhenThePasswordIsHuge_DoesNotLookAtIt() =>
        new RegisterValidator().Validate(new Register(Email, new string('a', 500_000) + "b", null)).Errors
            .Should().ContainSingle().Which.ErrorMessage.Should().Contain("128");
}
