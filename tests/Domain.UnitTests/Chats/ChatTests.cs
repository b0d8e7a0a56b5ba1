using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.UnitTests.Chats;

public sealed class ChatTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 10, 17, 42, TimeSpan.Zero);

    [Test]
    public void Open_StartsEmptyAndOwned()
    {
        var owner = UserId.New(Now);

        var chat = Chat.Open(owner, " Plans ", "small", "Be brief.", Now).Value;

        chat.Should().BeEquivalentTo(new
        {
            OwnerId = owner,
            Title = "Plans",
            Model = "small",
            SystemPrompt = "Be brief.",
            ActiveLeafId = (MessageId?)null,
            MessageCount = 0,
            CreatedAt = Now,
            UpdatedAt = Now,
        });
    }

    [Test]
    public void Change_WithBlanks_RemovesWhatWasThere()
    {
        var chat = Chat.Open(UserId.New(Now), "Plans", "small", "Be brief.", Now).Value;
        var later = Now.AddMinutes(1);

        chat.Change(" ", "", null, later);

        chat.Should().BeEquivalentTo(
            new { Title = (string?)null, Model = (string?)null, SystemPrompt = (string?)null, CreatedAt = Now, UpdatedAt = later });
    }

    [TestCase(Chat.TitleMaxLength + 1, 1, 1, "title")]
    [TestCase(1, Chat.ModelMaxLength + 1, 1, "model")]
    [TestCase(1, 1, Chat.SystemPromptMaxLength + 1, "systemPrompt")]
    public void Change_BeyondALength_NamesTheFieldAndChangesNothing(int title, int model, int systemPrompt, string field)
    {
        var chat = Chat.Open(UserId.New(Now), "Plans", "small", "Be brief.", Now).Value;

        var result = chat.Change(Text(title), Text(model), Text(systemPrompt), Now.AddMinutes(1));

        result.Error!.Kind.Should().Be(ErrorKind.Invalid);
        result.Error.Fields.Should().ContainKey(field);
        chat.Should().BeEquivalentTo(new { Title = "Plans", Model = "small", SystemPrompt = "Be brief.", UpdatedAt = Now });
    }

    [Test]
    public void Change_AtTheLongestLengths_IsAccepted() =>
        Chat.Open(UserId.New(Now), Text(Chat.TitleMaxLength), Text(Chat.ModelMaxLength), Text(Chat.SystemPromptMaxLength), Now)
            .IsSuccess.Should().BeTrue();

    [Test]
    public void Show_ChangesWhatIsShown_AndIsNoActivity()
    {
        var chat = Chat.Open(UserId.New(Now), null, null, null, Now).Value;
        var leaf = MessageId.New(Now);

        chat.Show(leaf);

        (chat.ActiveLeafId, chat.UpdatedAt).Should().Be((leaf, Now));
    }

    private static string Text(int length) => new('x', length);
}
