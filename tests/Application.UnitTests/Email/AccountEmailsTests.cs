using System.ComponentModel.DataAnnotations;
using CleanLlm.Application.Email;

namespace CleanLlm.Application.UnitTests.Email;

internal sealed class AccountEmailsTests
{
    [TestCase("https://app.example.org/reset", "https://app.example.org/reset?token=abc")]
    [TestCase("https://app.example.org/reset?lang=en", "https://app.example.org/reset?lang=en&token=abc")]
    [TestCase("https://app.example.org:8443/#/reset", "https://app.example.org:8443/?token=abc#/reset")]
    public void ALink_CarriesTheToken_InBothParts(string page, string link)
    {
        var mail = AccountEmails.Reset("ada@example.org", "abc", page);

        mail.Text.Should().Contain(link);
        mail.Html.Should().Contain($"href=\"{link.Replace("&", "&amp;", StringComparison.Ordinal)}\"");
    }

    [Test]
    public void WithoutAPage_TheMailShowsTheTokenAlone()
    {
        var mail = AccountEmails.Confirm("ada@example.org", "a<b", page: null);

        mail.Text.Should().Contain("\na<b\n").And.NotContain("http");
        mail.Html.Should().Contain("<code>a&lt;b</code>").And.NotContain("<a ");
    }

    [Test]
    public void AMail_DoesNotPrintItsToken() =>
        AccountEmails.Reset("ada@example.org", "abc123", page: null).ToString().Should().NotContain("abc123").And.NotContain("ada");

    [TestCase(null, true)]
    [TestCase("https://app.example.org/x", true)]
    [TestCase("/reset", false)]
    [TestCase("javascript:alert(1)", false)]
    public void Pages_AreAbsoluteWebAddresses(string? page, bool valid)
    {
        var options = new EmailOptions { ConfirmUrl = page, ResetUrl = page };

        Validator.TryValidateObject(options, new ValidationContext(options), [], validateAllProperties: true).Should().Be(valid);
    }
}
