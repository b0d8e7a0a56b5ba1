using CleanLlm.Application.Chats;
using CleanLlm.Application.Paging;
using CleanLlm.Domain.Ids;

namespace CleanLlm.Application.UnitTests.Paging;

internal sealed class CursorTests
{
    private static readonly Cursor Some = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), Guid.Parse("019ca8e1-0000-7000-8000-0123456789ab"));

    private static IEnumerable<Cursor> Cursors =>
    [
        Some,
        new Cursor(Some.Moment.AddTicks(1), Some.Id),
        new Cursor(DateTimeOffset.MinValue, Guid.Empty),
        new Cursor(DateTimeOffset.MaxValue, Guid.AllBitsSet),
    ];

    [TestCaseSource(nameof(Cursors))]
    public void Cursor_IsReadAsItWasWritten(Cursor cursor)
    {
        Cursor.TryParse(cursor.ToString(), out var read).Should().BeTrue();
        read.Should().Be(cursor);
    }

    [Test]
    public void Cursor_IsFitForAUrl_AndKnowsOnlyUtc()
    {
        Some.ToString().Should().MatchRegex("^[A-Za-z0-9_-]{32}$");
        new Cursor(Some.Moment.ToOffset(TimeSpan.FromHours(5)), Some.Id).ToString().Should().Be(Some.ToString());
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("abc")]
    [TestCase("0123456789012345678901234567890")]
    [TestCase("012345678901234567890123456789012")]
    [TestCase("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [TestCase("AAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAA")]
    [TestCase("________________________________", TestName = "Cursor_BeforeAllTime")]
    [TestCase("f_________8AAAAAAAAAAAAAAAAAAAAA", TestName = "Cursor_AfterAllTime")]
    public void Cursor_WhenItIsNotOurs_IsRefused(string? text)
    {
        Cursor.TryParse(text, out var cursor).Should().BeFalse();
        cursor.Should().Be(default(Cursor));
    }

    [TestCase(0, false)]
    [TestCase(1, true)]
    [TestCase(100, true)]
    [TestCase(101, false)]
    [TestCase(-1, false)]
    [TestCase(int.MaxValue, false)]
    public void Page_HasOneToAHundredItems(int limit, bool valid)
    {
        new ListChatsValidator().Validate(new ListChats(Search: null, Cursor: null, limit)).IsValid.Should().Be(valid);
        new ListMessagesValidator().Validate(new ListMessages(default, Cursor: null, limit)).IsValid.Should().Be(valid);
    }

    [Test]
    public void Page_BeginsAtACursorOfOurs()
    {
        new ListChatsValidator().Validate(new ListChats(null, Some.ToString(), 20)).IsValid.Should().BeTrue();
        new ListChatsValidator().Validate(new ListChats(null, "' OR 1=1 --", 20)).Errors.Should().ContainSingle().Which.PropertyName.Should().Be("Cursor");
        new ListMessagesValidator().Validate(new ListMessages(new ChatId(Some.Id), "x", 20)).IsValid.Should().BeFalse();
    }
}
