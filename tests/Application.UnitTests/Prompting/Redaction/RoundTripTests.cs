using CleanLlm.Application.Answers;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;
using static CleanLlm.Application.UnitTests.Prompting.Redaction.Redactions;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

/// <summary>Redacting and restoring gives the text back, whatever stands beside what in it.</summary>
internal sealed class RoundTripTests
{
    private static readonly string[] Pieces =
    [
        "ann@example.com", "\"Bob B\"@example.org", "пётр@пример.рф", "+49 30 901820", "(415) 555-2671", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "078-05-1120", "203.0.113.7", "2001:db8::1",
        "sk-4eC39HqLyjWDarjtT1zdp7dcB2vN8mQ5", "password=hunter2", "\"token\": \"9f8e7d6c5b4a3210\"", "https://a:b1@example.com/", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----",
        "<EMAIL_1>", "&lt;PHONE_1&gt;", "<", ">", "&lt;", "&gt;", "\\", "\\u003c", "\\n", "_", "\"", "'", "@", "+", ".", "-", "/", ":", "=", " ", "  ", "\n", "\r\n", ",", "(", ")", "{", "}",
        "word", "Über", "漢字", "\u200B", "\u00A0", "\uFF11\uFF12", "\U0001F600", "\uD83D", "1", "42", "2024-01-15", "password", "tel ", "%40", "&#64;",
    ];

    [Test]
    public async Task RandomTexts_ComeBackAsTheyWere()
    {
        var random = new Random(20_240_115);
        for (var i = 0; i < 3_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Pieces[random.Next(Pieces.Length)]));

            var redacted = await BothAsync(Drafts.Of(text));

            var restored = redacted.Slots.Single().Text;
            var context = new AnswerContext(UserId.New(DateTimeOffset.UnixEpoch)) { Restorations = redacted.Restorations };
            if (new RestoringStep().Begin(AnswerStrand.Text, context, StepMode.Block) is { } filter)
                restored = filter.Push(restored) + filter.Flush();
            restored.Should().Be(text);
        }
    }
}
