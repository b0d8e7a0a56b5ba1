using CleanLlm.Domain.Ids;

namespace CleanLlm.Domain.UnitTests.Ids;

/// <summary>Ids sort by the moment they were made at: keysets of pages and the order of locks rest on it.</summary>
public sealed class IdOrderTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void ChatIds_Compare() => ShouldOrder(ChatId.New, (a, b) => a < b, (a, b) => a <= b, (a, b) => a > b, (a, b) => a >= b);

    [Test]
    public void CompletionIds_Compare() => ShouldOrder(CompletionId.New, (a, b) => a < b, (a, b) => a <= b, (a, b) => a > b, (a, b) => a >= b);

    [Test]
    public void MessageIds_Compare() => ShouldOrder(MessageId.New, (a, b) => a < b, (a, b) => a <= b, (a, b) => a > b, (a, b) => a >= b);

    [Test]
    public void SessionIds_Compare() => ShouldOrder(SessionId.New, (a, b) => a < b, (a, b) => a <= b, (a, b) => a > b, (a, b) => a >= b);

    [Test]
    public void UserIds_Compare() => ShouldOrder(UserId.New, (a, b) => a < b, (a, b) => a <= b, (a, b) => a > b, (a, b) => a >= b);

    [Test]
    public void QuotaIsCounted_ForTheKey_WhereThereIsOne()
    {
        var (user, key) = (UserId.New(Now), ApiKeyId.New(Now));

        QuotaSubjectId.Of(user, key).Value.Should().Be(key.Value);
        QuotaSubjectId.Of(user, key: null).Value.Should().Be(user.Value);
    }

    private static void ShouldOrder<T>(
        Func<DateTimeOffset, T> make, Func<T, T, bool> less, Func<T, T, bool> lessOrEqual, Func<T, T, bool> greater, Func<T, T, bool> greaterOrEqual)
    {
        var (earlier, later) = (make(Now), make(Now.AddSeconds(1)));

        Answers(less).Should().Equal(true, false, false);
        Answers(lessOrEqual).Should().Equal(true, true, false);
        Answers(greater).Should().Equal(false, false, true);
        Answers(greaterOrEqual).Should().Equal(false, true, true);

        bool[] Answers(Func<T, T, bool> compare) => [compare(earlier, later), compare(earlier, earlier), compare(later, earlier)];
    }
}
