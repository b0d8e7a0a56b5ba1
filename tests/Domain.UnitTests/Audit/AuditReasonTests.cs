using CleanLlm.Domain.Audit;

namespace CleanLlm.Domain.UnitTests.Audit;

internal sealed class AuditReasonTests
{
    [TestCase("0123456789")]
    [TestCase("  0123456789  ")]
    [TestCase("0123456789\n")]
    [TestCase("Ticket 4711: süß")]
    public void AReason_OfSomeLength_IsTakenTrimmed(string text) => AuditReason.Of(text, "reason").Value.Text.Should().Be(text.Trim());

    [TestCase(null)]
    [TestCase("")]
    [TestCase("too short")]
    [TestCase("   012345678   ")]
    [TestCase("01234\n56789")]
    [TestCase("01234\u000056789")]
    public void WhatSaysNothing_OrIsNotPrintable_IsRefused_NamingTheField(string? text) =>
        AuditReason.Of(text, "Audit-Reason").Error!.Fields.Should().ContainKey("Audit-Reason");

    [Test]
    public void TheLongestReason_IsTaken_AndALongerOneIsNot()
    {
        AuditReason.Of(new string('x', AuditReason.MaxLength), "reason").IsSuccess.Should().BeTrue();
        AuditReason.Of(new string('x', AuditReason.MaxLength + 1), "reason").IsSuccess.Should().BeFalse();
    }
}
