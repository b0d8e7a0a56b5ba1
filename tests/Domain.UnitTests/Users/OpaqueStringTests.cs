using CleanLlm.Domain.Users;

namespace CleanLlm.Domain.UnitTests.Users;

/// <summary>The examples of RFC 8265 (4.3), and what keyboards make of one password.</summary>
internal sealed class OpaqueStringTests
{
    [TestCase("correct horse battery staple", "correct horse battery staple")]
    [TestCase("Correct Horse Battery Staple", "Correct Horse Battery Staple", Description = "case is not mapped")]
    [TestCase("\u03c0\u00df\u00e5", "\u03c0\u00df\u00e5")]
    [TestCase("Jack of \u2666s", "Jack of \u2666s")]
    [TestCase("foo\u1680bar", "foo bar", Description = "ogham space mark")]
    [TestCase("foo\u00a0bar\u3000baz\u2009", "foo bar baz ", Description = "spaces that keyboards and phones insert")]
    [TestCase("cafe\u0301", "caf\u00e9", Description = "as macOS types it")]
    [TestCase("caf\u00e9", "caf\u00e9")]
    [TestCase("\uff50assword", "\uff50assword", Description = "width is not mapped")]
    [TestCase("\u2126", "\u03a9", Description = "ohm sign")]
    [TestCase("a\u0323\u0307 a\u0307\u0323", "\u1ea1\u0307 \u1ea1\u0307", Description = "order of marks")]
    public void Prepare_ComposesAndMapsSpaces_AndLeavesTheRest(string typed, string hashed) => OpaqueString.Prepare(typed).Should().Be(hashed);

    [TestCase(0xD800)]
    [TestCase(0xDC00)]
    [TestCase(0xFFFE)]
    [TestCase(0xFDD0)]
    public void WhatIsNoText_StaysAsItIs(int character)
    {
        var typed = $"cafe\u0301{(char)character} \u00a0";

        OpaqueString.IsText(typed).Should().BeFalse();
        OpaqueString.Prepare(typed).Should().Be(typed);
    }

    [Test]
    public void AWholePair_IsText() => OpaqueString.IsText("\ud83d\ude00 correct horse").Should().BeTrue();
}
