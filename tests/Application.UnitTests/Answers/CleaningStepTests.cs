using CleanLlm.Application.Answers;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.UnitTests.Answers;

/// <summary>Characters that a reader cannot see, in answers that come in pieces.</summary>
internal sealed class CleaningStepTests
{
    [TestCase("a\u202Eb\u2066c\u0007d", "abcd", TestName = "Direction and control")]
    [TestCase("a\U000E0068\U000E0069b", "ab", TestName = "Tags")]
    [TestCase("a\uFE01\uFE02b\U000E0100\U000E0101c", "abc", TestName = "Selectors behind what has no forms")]
    [TestCase("\u2764\uFE0F\uFE0F \U0001F3F4\uFE0F", "\u2764\uFE0F \U0001F3F4\uFE0F", TestName = "Selectors of emoji")]
    [TestCase("\U00020000\U000E0100 \U00020000\uFE00 a\U000E0100", "\U00020000\U000E0100 \U00020000\uFE00 a", TestName = "Selectors of ideographs beyond the first plane")]
    [TestCase("\U00010400\uFE0F", "\U00010400", TestName = "A selector behind a pair that has no forms")]
    [TestCase("\u0646\u200C\u200C\u0627 a\u200Db", "\u0646\u200C\u0627 ab", TestName = "Joiners")]
    public void WhatIsInvisible_IsRemoved_HoweverTheAnswerIsSplit(string answer, string shown)
    {
        Answered.Whole(new CleaningStep(), StepMode.Block, answer).Text.Should().Be(shown);
        foreach (var size in (int[])[1, 2, 3])
        {
            // As the chain hands them on: a pair is never cut.
            var runes = answer.EnumerateRunes().Select(rune => rune.ToString()).Chunk(size).Select(piece => string.Concat(piece));
            Answered.Of(new CleaningStep(), StepMode.Block, [], AnswerStrand.Text, runes).Text.Should().Be(shown);
        }
    }
}
