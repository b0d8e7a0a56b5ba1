using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.UnitTests.Chats;

public sealed class RunningTurnTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 10, 17, 42, TimeSpan.Zero);
    private static readonly MessageId Leaf = MessageId.New(Now);
    private static readonly MessageId LastQuestion = MessageId.New(Now);

    [Test]
    public void Shown_WhenNoneRuns_IsNone() => RunningTurn.Shown([], Leaf, LastQuestion).Should().BeNull();

    [Test]
    public void Shown_OfSeveralElsewhere_IsTheNewest()
    {
        var (older, newer) = (Elsewhere(1), Elsewhere(2));

        RunningTurn.Shown([older, newer], Leaf, LastQuestion).Should().Be(newer);
        RunningTurn.Shown([newer, older], leaf: null, lastQuestion: null).Should().Be(newer);
    }

    [Test]
    public void Shown_WhereOneGoesOnFromTheActiveBranch_IsThatOne()
    {
        var following = At(Leaf.Value, 1);
        var regenerating = At(LastQuestion.Value, 2);

        RunningTurn.Shown([Elsewhere(3), following], Leaf, LastQuestion).Should().Be(following);
        RunningTurn.Shown([regenerating, Elsewhere(3)], Leaf, LastQuestion).Should().Be(regenerating);
    }

    [Test]
    public void Shown_OfOneFromBeforeThereWerePlaces_IsThatOne() => RunningTurn.Shown([At(null, 1)], Leaf, LastQuestion).Should().NotBeNull();

    private static RunningTurn Elsewhere(int second) => At(Guid.CreateVersion7(Now), second);

    private static RunningTurn At(Guid? point, int second) => new(CompletionId.New(Now.AddSeconds(second)), point, MessageId.New(Now), "What?");
}
