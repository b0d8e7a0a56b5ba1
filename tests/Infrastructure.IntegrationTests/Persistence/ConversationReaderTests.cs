using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Results;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class ConversationReaderTests(DatabaseKind kind) : PersistenceTests(kind)
{
    [Test]
    public async Task Read_OfAnEmptyChat_GivesItsSettingsOnly()
    {
        var (user, chat) = await OpenAsync();

        (await ReadAsync(chat, user)).Value.Should().BeEquivalentTo(
            new { Model = "chat-model", SystemPrompt = "Be brief.", ParentId = (MessageId?)null, Messages = Array.Empty<Utterance>() });
    }

    [Test]
    public async Task Read_FollowsTheActiveBranch_OldestFirst()
    {
        var (user, chat) = await OpenAsync();
        var first = await SayAsync(user, chat, null, "q1", "a1");
        await SayAsync(user, chat, first, "q2", "a2");
        var sibling = await SayAsync(user, chat, first, "q2 again", "a2 again");

        var conversation = (await ReadAsync(chat, user)).Value;

        conversation.ParentId.Should().Be(sibling);
        conversation.Messages.Should().OnlyHaveUniqueItems(message => message.Id).And.NotContain(message => message.Id == null);
        conversation.Messages.Select(message => message with { Id = null }).Should().Equal(
            new Utterance(MessageRole.User, "q1"),
            new Utterance(MessageRole.Assistant, "a1"),
            new Utterance(MessageRole.User, "q2 again"),
            new Utterance(MessageRole.Assistant, "a2 again"));
    }

    [Test]
    public async Task Read_TellsHowLongThePromptOfAnAnswerWas()
    {
        var (user, chat) = await OpenAsync();
        var asked = new Question(user, One.Clock.GetUtcNow()) { Chat = chat, CountedPromptTokens = 8 };
        await asked.AnswerAsync(One, "a");

        (await ReadAsync(chat, user)).Value.Messages.Select(message => message.Prompt)
            .Should().Equal(null, new PromptMeasure("model", Reported: 10, Counted: 8));
    }

    [Test]
    public async Task Read_FromAnAnswer_FollowsItsBranch()
    {
        var (user, chat) = await OpenAsync();
        var first = await SayAsync(user, chat, null, "q1", "a1");
        var second = await SayAsync(user, chat, first, "q2", "a2");
        await SayAsync(user, chat, first, "q2 again", "a2 again");

        var conversation = (await ReadAsync(chat, user, second)).Value;

        conversation.ParentId.Should().Be(second);
        conversation.Messages.Select(message => message.Content).Should().Equal("q1", "a1", "q2", "a2");
    }

    [Test]
    public async Task Read_FromAQuestion_IsRefused()
    {
        var (user, chat) = await OpenAsync();
        await SayAsync(user, chat, null, "q1", "a1");
        var question = new MessageId(Guid.Parse((await Database.TextAsync("SELECT CAST(id AS text) FROM messages WHERE role = 1"))!));

        (await ReadAsync(chat, user, question)).Error.Should().Be(ChatErrors.ParentIsQuestion);
    }

    [Test]
    public async Task Read_FromAMessageOfAnotherChat_FindsNone()
    {
        var (user, chat) = await OpenAsync();
        var elsewhere = await SayAsync(user, await AddChatAsync(user), null, "q", "a");

        (await ReadAsync(chat, user, elsewhere)).Error.Should().Be(ChatErrors.MessageNotFound);
        (await ReadAsync(chat, user, MessageId.New(One.Clock.GetUtcNow()))).Error.Should().Be(ChatErrors.MessageNotFound);
    }

    [Test]
    public async Task Read_OfAChatThatIsAbsentOrSomebodyElses_FindsNone()
    {
        var (user, chat) = await OpenAsync();
        var answer = await SayAsync(user, chat, null, "q", "a");
        var stranger = await AddUserAsync();

        (await ReadAsync(chat, stranger)).Error.Should().Be(ChatErrors.NotFound);
        (await ReadAsync(chat, stranger, answer)).Error.Should().Be(ChatErrors.NotFound);
        (await ReadAsync(ChatId.New(One.Clock.GetUtcNow()), user)).Error.Should().Be(ChatErrors.NotFound);
    }

    [Test]
    public async Task ReadAbove_GivesTheQuestion_AndTheBranchAboveIt([Values] bool byQuestion)
    {
        var (user, chat) = await OpenAsync();
        var first = await SayAsync(user, chat, null, "q1", "a1");
        var second = await SayAsync(user, chat, first, "q2", "a2");
        await SayAsync(user, chat, second, "q3", "a3");
        var question = (await One.MessagesAsync(user)).Single(message => message.Content == "q2").Id;

        var conversation = (await ReadAboveAsync(chat, user, byQuestion ? question : second)).Value;

        conversation.Should().BeEquivalentTo(new { Model = "chat-model", SystemPrompt = "Be brief.", ParentId = first, Question = new { Id = question, Content = "q2", AnswerIds = new[] { second } } });
        conversation.Messages.Select(message => message.Content).Should().Equal("q1", "a1");
        (await ReadAboveAsync(chat, user, first)).Value.Should().BeEquivalentTo(
            new { ParentId = (MessageId?)null, Messages = Array.Empty<Utterance>(), Question = new { Content = "q1" } });
        (await ReadAboveAsync(chat, user, second, maxMessages: 1)).Value.Messages.Select(message => message.Content).Should().Equal("a1");
    }

    [Test]
    public async Task ReadAbove_OfWhatIsNotThere_FindsNone()
    {
        var (user, chat) = await OpenAsync();
        var answer = await SayAsync(user, chat, null, "q", "a");
        var elsewhere = await SayAsync(user, await AddChatAsync(user), null, "q", "a");

        (await ReadAboveAsync(chat, await AddUserAsync(), answer)).Error.Should().Be(ChatErrors.NotFound);
        (await ReadAboveAsync(chat, user, elsewhere)).Error.Should().Be(ChatErrors.MessageNotFound);
        (await ReadAboveAsync(chat, user, MessageId.New(One.Clock.GetUtcNow()))).Error.Should().Be(ChatErrors.MessageNotFound);
    }

    [Test]
    public async Task Read_OfALongChat_GivesTheNewestMessages()
    {
        var (user, chat) = await OpenAsync();
        MessageId? leaf = null;
        for (var i = 0; i < 250; i++)
            leaf = await SayAsync(user, chat, leaf, $"q{i}", $"a{i}");

        var messages = (await ReadAsync(chat, user, maxMessages: 200)).Value.Messages;

        messages.Should().HaveCount(200);
        (messages[0].Content, messages[^1].Content).Should().Be(("q150", "a249"));
        (await ReadAsync(chat, user, maxMessages: 1000)).Value.Messages.Should().HaveCount(500);
    }

    private Task<Result<Conversation>> ReadAsync(ChatId chat, UserId user, MessageId? parent = null, int maxMessages = 200) =>
        One.Services.GetRequiredService<IConversationReader>().ReadAsync(chat, user, parent, maxMessages, default);

    private Task<Result<Conversation>> ReadAboveAsync(ChatId chat, UserId user, MessageId message, int maxMessages = 200) =>
        One.Services.GetRequiredService<IConversationReader>().ReadAboveAsync(chat, user, message, maxMessages, default);

    private async Task<(UserId User, ChatId Chat)> OpenAsync()
    {
        var user = await AddUserAsync();
        return (user, await AddChatAsync(user));
    }

    private async Task<MessageId> SayAsync(UserId user, ChatId chat, MessageId? parent, string question, string answer)
    {
        var asked = new Question(user, One.Clock.GetUtcNow()) { Chat = chat, Parent = parent, Prompt = question };
        return (await asked.AnswerAsync(One, answer)).Turn!.AnswerId;
    }
}
