using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.UnitTests.Chats;

internal sealed class ChatSummaryTests
{
    [TestCase("short", "short")]
    [TestCase("", "")]
    public void Of_KeepsAShortText(string text, string kept) => Of(text).Content.Should().Be(kept);

    [Test]
    public void Of_CutsALongText_NeverInsideACharacter()
    {
        Of(new string('x', ChatSummary.ContentMaxLength + 1)).Content.Should().HaveLength(ChatSummary.ContentMaxLength);
        Of(new string('x', ChatSummary.ContentMaxLength - 1) + "😀").Content.Should().HaveLength(ChatSummary.ContentMaxLength - 1);
    }

    private static ChatSummary Of(string text) => ChatSummary.Of(ChatId.New(DateTimeOffset.UnixEpoch), MessageId.New(DateTimeOffset.UnixEpoch), 2, text, DateTimeOffset.UnixEpoch);
}
