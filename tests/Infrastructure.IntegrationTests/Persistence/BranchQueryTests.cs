using CleanLlm.Application.Chats;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Messages;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Usage;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>Versions of messages, the leaves below them, and what runs in a chat, from a tree of messages.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class BranchQueryTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private UserId user;
    private ChatId chat;

    [SetUp]
    public async Task OpenAsync()
    {
        user = await AddUserAsync();
        chat = await AddChatAsync(user);
    }

    [Test]
    public async Task Messages_NameAllTheirVersions_OldestFirst()
    {
        var first = await SayAsync(null, "q1");
        var second = await SayAsync(first.AnswerId, "q2");
        var beside = await SayAsync(first.AnswerId, "q2 again");
        var again = await AgainAsync(beside);
        var elsewhere = await AddChatAsync(user);
        await SayAsync(null, "elsewhere", elsewhere);

        var page = (await InChatsAsync(chats => chats.ListMessagesAsync(chat, user, null, 20, default)))!;

        page.Items.Select(message => message.Id).Should().Equal(again, beside.QuestionId, first.AnswerId, first.QuestionId);
        page.Items[0].SiblingIds.Should().Equal(beside.AnswerId, again);
        page.Items[1].SiblingIds.Should().Equal(second.QuestionId, beside.QuestionId);
        page.Items[2].SiblingIds.Should().Equal(first.AnswerId);
        page.Items[3].SiblingIds.Should().Equal(first.QuestionId);
    }

    [Test]
    public async Task Siblings_OfAFirstQuestion_AreAllOfTheChatWithoutAParent()
    {
        var (first, second) = (await SayAsync(null, "q1"), await SayAsync(null, "q1 again"));
        var elsewhere = await AddChatAsync(user);
        await SayAsync(null, "elsewhere", elsewhere);

        foreach (var message in (MessageId[])[first.QuestionId, second.QuestionId])
        {
            var siblings = (await SiblingsAsync(chat, user, message))!;
            siblings.Select(sibling => (sibling.Id, sibling.Content)).Should().Equal((first.QuestionId, "q1"), (second.QuestionId, "q1 again"));
            siblings.Should().OnlyContain(sibling => sibling.SiblingIds.SequenceEqual(new[] { first.QuestionId, second.QuestionId }));
        }

        (await SiblingsAsync(chat, user, second.AnswerId))!.Select(sibling => sibling.Id).Should().Equal(second.AnswerId);
    }

    [Test]
    public async Task Siblings_OfWhatIsNotThere_AreNone()
    {
        var first = await SayAsync(null, "q1");
        var elsewhere = await AddChatAsync(user);

        (await SiblingsAsync(elsewhere, user, first.QuestionId)).Should().BeEmpty();
        (await SiblingsAsync(chat, await AddUserAsync(), first.QuestionId)).Should().BeNull();
    }

    [Test]
    public async Task TheNewestLeaf_IsTheYoungestOfAllBelow()
    {
        var first = await SayAsync(null, "q1");
        var old = await SayAsync(first.AnswerId, "q2");
        var newest = await SayAsync(old.AnswerId, "q3");
        var beside = await SayAsync(first.AnswerId, "q2 again");
        var deeper = await SayAsync(newest.AnswerId, "q4");
        var other = await SayAsync(null, "another beginning");

        (await LeafAsync(first.QuestionId)).Should().Be(deeper.AnswerId);
        (await LeafAsync(old.QuestionId)).Should().Be(deeper.AnswerId);
        (await LeafAsync(beside.QuestionId)).Should().Be(beside.AnswerId);
        (await LeafAsync(deeper.AnswerId)).Should().Be(deeper.AnswerId, "it is the leaf itself");
        (await LeafAsync(other.QuestionId)).Should().Be(other.AnswerId);
        (await LeafAsync(MessageId.New(One.Clock.GetUtcNow()))).Should().BeNull();
        (await One.InScopeAsync<IChatRepository, MessageId?>(async chats => await chats.FindNewestLeafAsync(await AddChatAsync(user), first.QuestionId, default))).Should().BeNull();
    }

    [Test]
    public async Task TheNewestLeaf_OfOneMoment_IsAlwaysTheSame()
    {
        var first = await SayAsync(null, "q1");
        var leaves = new List<MessageId>();
        for (var i = 0; i < 5; i++)
            leaves.Add((await SayAsync(first.AnswerId, $"q{i}", advance: false)).AnswerId);

        (await LeafAsync(first.QuestionId)).Should().Be(leaves.Max());
    }

    [Test]
    public async Task ReadBeside_GivesTheBranchAboveTheQuestion()
    {
        var first = await SayAsync(null, "q1");
        var second = await SayAsync(first.AnswerId, "q2");
        var reader = One.Services.GetRequiredService<IConversationReader>();

        var beside = (await reader.ReadBesideAsync(chat, user, second.QuestionId, 200, default)).Value;
        beside.Should().BeEquivalentTo(new { Model = "chat-model", SystemPrompt = "Be brief.", ParentId = first.AnswerId, Question = (object?)null });
        beside.Messages.Select(message => message.Content).Should().Equal("q1", "re: q1");
        (await reader.ReadBesideAsync(chat, user, second.QuestionId, 1, default)).Value.Messages.Select(message => message.Content).Should().Equal("re: q1");
        (await reader.ReadBesideAsync(chat, user, first.QuestionId, 200, default)).Value.Should().BeEquivalentTo(new { ParentId = (MessageId?)null, Messages = Array.Empty<object>() });

        (await reader.ReadBesideAsync(chat, user, first.AnswerId, 200, default)).Error.Should().Be(ChatErrors.AnswerEdited);
        (await reader.ReadBesideAsync(chat, user, MessageId.New(One.Clock.GetUtcNow()), 200, default)).Error.Should().Be(ChatErrors.MessageNotFound);
        (await reader.ReadBesideAsync(chat, await AddUserAsync(), first.QuestionId, 200, default)).Error.Should().Be(ChatErrors.NotFound);
    }

    [Test]
    public async Task ReadAbove_GivesTheAnswersOfTheQuestion([Values] bool byQuestion)
    {
        var first = await SayAsync(null, "q1");
        var again = await AgainAsync(first);
        var reader = One.Services.GetRequiredService<IConversationReader>();

        var read = (await reader.ReadAboveAsync(chat, user, byQuestion ? first.QuestionId : first.AnswerId, 200, default)).Value;

        read.Question!.AnswerIds.Should().Equal(first.AnswerId, again);
        var completion = await One.InDatabaseAsync(database => Task.FromResult(database.Completions.AsEnumerable().Single(row => row.Turn!.AnswerId == again)));
        (await One.Services.GetRequiredService<ICompletionQueries>().FindAsync(completion.Id, user, default))!.Message!.SiblingIds.Should().Equal(first.AnswerId, again);
    }

    [Test]
    public async Task AChat_ShowsItsPrompt_ItsLeaf_AndWhatRuns()
    {
        (await ChatAsync()).Should().BeEquivalentTo(new { SystemPrompt = "Be brief.", ActiveLeafId = (MessageId?)null, Running = (object?)null });

        var opening = await Ask("q1").BeginAsync(One);
        (await ChatAsync()).Running.Should().Be(new RunningTurnDto(opening.Id, opening.Turn!.QuestionId, "q1"));

        await One.Store.CloseAsync(Question.Succeed(opening, One.Clock.GetUtcNow()), default);
        (await ChatAsync()).Should().BeEquivalentTo(new { ActiveLeafId = opening.Turn.AnswerId, Running = (object?)null });
    }

    [Test]
    public async Task AChat_WithSeveralRunning_ShowsTheOneOnTheActiveBranch_ElseTheNewest()
    {
        var first = await SayAsync(null, "q1");
        var old = await SayAsync(first.AnswerId, "q2");
        var shown = await SayAsync(first.AnswerId, "q2 again");
        var following = await (Ask("q3") with { Parent = shown.AnswerId }).BeginAsync(One);
        One.Clock.Advance(TimeSpan.FromSeconds(1));
        var elsewhere = await (Ask("q3 elsewhere") with { Parent = old.AnswerId }).BeginAsync(One);

        (await ChatAsync()).Running!.CompletionId.Should().Be(following.Id);

        await One.Store.CloseAsync(following.Cancel("", new TokenCount(0, 0, UsageBasis.Partial), modelWasAsked: false, One.Clock.GetUtcNow()), default);
        (await ChatAsync()).Running!.CompletionId.Should().Be(elsewhere.Id);

        var again = await (Ask("") with { Parent = first.AnswerId, Regenerated = shown.QuestionId }).BeginAsync(One);
        (await ChatAsync()).Running.Should().Be(new RunningTurnDto(again.Id, shown.QuestionId, "q2 again"));
    }

    private Question Ask(string prompt) => new(user, One.Clock.GetUtcNow()) { Chat = chat, Prompt = prompt };

    private async Task<ChatTurn> SayAsync(MessageId? parent, string question, ChatId? where = null, bool advance = true)
    {
        if (advance)
            One.Clock.Advance(TimeSpan.FromSeconds(1));
        return (await (Ask(question) with { Chat = where ?? chat, Parent = parent }).AnswerAsync(One, $"re: {question}")).Turn!;
    }

    private async Task<MessageId> AgainAsync(ChatTurn turn)
    {
        One.Clock.Advance(TimeSpan.FromSeconds(1));
        return (await (Ask("") with { Parent = turn.ParentId, Regenerated = turn.QuestionId }).AnswerAsync(One, "again")).Turn!.AnswerId;
    }

    private async Task<ChatDetailDto> ChatAsync() => (await InChatsAsync(chats => chats.FindAsync(chat, user, default)))!;

    private Task<MessageId?> LeafAsync(MessageId above) => One.InScopeAsync<IChatRepository, MessageId?>(chats => chats.FindNewestLeafAsync(chat, above, default));

    private Task<IReadOnlyList<MessageDto>?> SiblingsAsync(ChatId of, UserId owner, MessageId message) =>
        InChatsAsync(chats => chats.ListSiblingsAsync(of, owner, message, default));

    private Task<T> InChatsAsync<T>(Func<IChatQueries, Task<T>> act) => One.InScopeAsync(act);
}
