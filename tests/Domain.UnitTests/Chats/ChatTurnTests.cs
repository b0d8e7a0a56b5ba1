using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.UnitTests.Chats;

public sealed class ChatTurnTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 10, 17, 42, TimeSpan.Zero);
    private static readonly ChatId Chat = ChatId.New(Now);
    private static readonly MessageId Parent = MessageId.New(Now);
    private static readonly MessageId Question = MessageId.New(Now);

    [Test]
    public void BranchPoint_OfAQuestion_IsItsParent_AndOfAFirstOneTheChat()
    {
        Turn(Parent).BranchPoint.Should().Be(Parent.Value);
        Turn(parent: null).BranchPoint.Should().Be(Chat.Value);
    }

    [Test]
    public void BranchPoint_OfARegeneration_IsItsQuestion()
    {
        Turn(Parent, questionStored: true).BranchPoint.Should().Be(Question.Value);
        Turn(parent: null, questionStored: true).BranchPoint.Should().Be(Question.Value);
    }

    [Test]
    public void Following_IsBelowAnAnswer_AndNeverBelowAQuestion()
    {
        new BranchEnd(Question, Parent, MessageRole.Assistant).Following().Value.Should().Be(Question);
        new BranchEnd(Question, Parent, MessageRole.User).Following().Error.Should().Be(ChatErrors.ParentIsQuestion);
    }

    [Test]
    public void Beside_IsBelowTheSameMessage_AtTheBeginningForAFirstQuestion_AndNeverBesideAnAnswer()
    {
        new BranchEnd(Question, Parent, MessageRole.User).Beside().Value.Should().Be(Parent);
        var first = new BranchEnd(Question, ParentId: null, MessageRole.User).Beside();
        (first.IsSuccess, first.Value).Should().Be((true, null));
        new BranchEnd(Question, Parent, MessageRole.Assistant).Beside().Error.Should().Be(ChatErrors.AnswerEdited);
    }

    private static ChatTurn Turn(MessageId? parent, bool questionStored = false) => new(Chat, parent, Question, MessageId.New(Now), questionStored);
}
