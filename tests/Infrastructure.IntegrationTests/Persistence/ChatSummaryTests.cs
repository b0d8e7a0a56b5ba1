using CleanLlm.Application.Chats;
using CleanLlm.Application.Chats.Summaries;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

/// <summary>A summary belongs to a place of a branch: it is read with the branch, and used only below its last message.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class ChatSummaryTests(DatabaseKind kind) : PersistenceTests(kind)
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
    public async Task TheBranchIsReadWithItsNewestSummary()
    {
        var answers = await SayAsync(null, 3);
        (await AddAsync(answers[0], 2, "first")).Should().BeTrue();
        (await AddAsync(answers[1], 4, "second ü")).Should().BeTrue();

        var conversation = (await Reader.ReadAsync(chat, user, null, 200, default)).Value;

        conversation.Summary.Should().BeEquivalentTo(new { UpTo = answers[1], Messages = 4, Content = "second ü" });
        conversation.Messages.Should().HaveCount(6);
        (await Reader.ReadAsync(chat, user, answers[0], 200, default)).Value.Summary.Should().BeEquivalentTo(new { UpTo = answers[0], Content = "first" });
    }

    [Test]
    public async Task AnotherBranch_DoesNotHaveIt()
    {
        var answers = await SayAsync(null, 2);
        await AddAsync(answers[1], 4, "of this branch");
        var other = (await SayAsync(answers[0], 1))[0];

        (await Reader.ReadAsync(chat, user, other, 200, default)).Value.Summary.Should().BeNull();
        (await Reader.ReadAsync(chat, user, answers[1], 200, default)).Value.Summary.Should().NotBeNull();
    }

    [Test]
    public async Task WhatIsAskedOrAnsweredAnew_HasNoSummaryOfItself_ButTheOneAbove()
    {
        var answers = await SayAsync(null, 2);
        await AddAsync(answers[0], 2, "above");
        await AddAsync(answers[1], 4, "with it");
        var question = (await One.MessagesAsync(user)).Single(message => message.Content == "q1").Id;

        foreach (var conversation in new[]
        {
            await Reader.ReadAboveAsync(chat, user, answers[1], 200, default), await Reader.ReadAboveAsync(chat, user, question, 200, default),
            await Reader.ReadBesideAsync(chat, user, question, 200, default),
        })
            conversation.Value.Summary!.Content.Should().Be("above");
    }

    [Test]
    public async Task WhatIsNotSummarisedYet_FollowsTheLastOne()
    {
        var answers = await SayAsync(null, 3);
        (await FindAsync(answers[1]))!.Messages.Select(message => message.Content).Should().Equal("q0", "a0", "q1", "a1");
        await AddAsync(answers[0], 2, "first");

        var found = (await FindAsync(answers[2]))!;

        found.Earlier!.Content.Should().Be("first");
        found.Messages.Select(message => message.Content).Should().Equal("q1", "a1", "q2", "a2");
        (await FindAsync(answers[0])).Should().BeNull("it is there already");
        (await FindAsync(answers[2], await AddUserAsync())).Should().BeNull("it is another user's");
    }

    [Test]
    public async Task OfTwoInstances_OneKeepsItsSummary()
    {
        var answer = (await SayAsync(null, 1))[0];

        var kept = await Task.WhenAll(AddAsync(answer, 2, "one"), AddAsync(answer, 2, "two", Two));

        kept.Should().BeEquivalentTo([true, false]);
        (await Database.ScalarAsync("SELECT count(*) FROM chat_summaries")).Should().Be(1);
    }

    [Test]
    public async Task ItGoesWithItsChat_AndComesTooLateAfterThat()
    {
        var answer = (await SayAsync(null, 1))[0];
        await AddAsync(answer, 2, "gone");

        await One.InScopeAsync<IChatRepository, bool>(async chats =>
        {
            chats.Remove((await chats.FindAsync(chat, user, default))!);
            return await chats.SaveAsync(default);
        });

        (await Database.ScalarAsync("SELECT count(*) FROM chat_summaries")).Should().Be(0);
        (await AddAsync(answer, 2, "late")).Should().BeFalse();
    }

    private IConversationReader Reader => One.Services.GetRequiredService<IConversationReader>();

    private Task<Unsummarized?> FindAsync(MessageId upTo, UserId? owner = null) =>
        One.InScopeAsync<IChatSummaries, Unsummarized?>(summaries => summaries.FindAsync(chat, owner ?? user, upTo, 200, default));

    private Task<bool> AddAsync(MessageId upTo, int messages, string text, PersistenceHost? host = null) =>
        (host ?? One).InScopeAsync<IChatSummaries, bool>(summaries => summaries.AddAsync(ChatSummary.Of(chat, upTo, messages, text, One.Clock.GetUtcNow()), user, default));

    private async Task<List<MessageId>> SayAsync(MessageId? parent, int turns)
    {
        List<MessageId> answers = [];
        for (var i = 0; i < turns; i++)
        {
            var asked = new Question(user, One.Clock.GetUtcNow()) { Chat = chat, Parent = parent, Prompt = $"q{i}" };
            parent = (await asked.AnswerAsync(One, $"a{i}")).Turn!.AnswerId;
            answers.Add(parent.Value);
        }

        return answers;
    }
}
