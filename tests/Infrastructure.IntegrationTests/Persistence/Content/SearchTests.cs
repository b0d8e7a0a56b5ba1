using CleanLlm.Application.Chats;
using CleanLlm.Domain.Ids;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence.Content;

/// <summary>Chats are found by the words of their titles and messages, which the database never learns.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class SearchTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private UserId user;

    [SetUp]
    public async Task AddAsync() => user = await AddUserAsync();

    [TestCase("Grüße aus Köln", "grüsse KÖLN")]
    [TestCase("Grüße aus Köln", "grusse koln")]
    [TestCase("İSTANBUL'da hava", "istanbul")]
    [TestCase("ΟΔΟΣ Ερμού", "οδος")]
    [TestCase("Привет, МИР!", "мир привет")]
    [TestCase("résumé Æther", "RESUME aether")]
    [TestCase("ｆｕｌｌ ｗｉｄｔｈ", "Full width")]
    [TestCase("ﬁle ﬂow", "file flow")]
    [TestCase("מה שלום", "שלום")]
    [TestCase("كَتَبَ الوَلَدُ", "كتب")]
    [TestCase("नमस्ते दुनिया", "दुनिया")]
    [TestCase("我想學習漢字和書法", "漢字")]
    [TestCase("我想學習漢字和書法", "書")]
    [TestCase("きょうは天気がいい", "天気")]
    [TestCase("오늘 날씨가 좋다", "날씨가")]
    [TestCase("สวัสดีครับ", "สวัสดี")]
    [TestCase("order_42: done", "order 42")]
    public async Task AMessage_IsFoundByItsWords_InAnyForm(string text, string search)
    {
        var chat = await SayAsync(text, "answer");
        await SayAsync("something else", "other");

        (await FindAsync(search)).Should().Equal(chat);
    }

    [TestCase("search engine", "sear")]
    [TestCase("漢字", "字漢")]
    [TestCase("one two", "one three")]
    [TestCase("one two", "onetwo")]
    [TestCase("percent", "%")]
    [TestCase("percent", "_ercent")]
    [TestCase("percent", "?!")]
    public async Task WhatHoldsNotAllOfTheWords_IsNotFound(string text, string search)
    {
        await SayAsync(text, "answer");

        (await FindAsync(search)).Should().BeEmpty();
    }

    [Test]
    public async Task Words_AreFoundInTitle_Question_AndAnswer_AndTogether()
    {
        var chat = await SayAsync("where is the harbour", "beyond the lighthouse", "Holiday plans");
        var other = await SayAsync("harbour", "no");

        (await FindAsync("holiday")).Should().Equal(chat);
        (await FindAsync("HOLIDAY lighthouse harbour")).Should().Equal(chat);
        (await FindAsync("harbour")).Should().BeEquivalentTo([chat, other]);
        await RenameAsync(chat, "Work");
        (await FindAsync("holiday")).Should().BeEmpty();
        (await FindAsync("work")).Should().Equal(chat);
        await RenameAsync(chat, null);
        (await FindAsync("work")).Should().BeEmpty();
    }

    [Test]
    public async Task TheWordsOfAnotherUser_AreOtherTokens()
    {
        await SayAsync("secret", "answer");
        var other = await AddUserAsync();

        (await One.InScopeAsync<IChatQueries, int>(async chats => (await chats.ListAsync(other, "secret", null, 20, default)).Items.Count)).Should().Be(0);
        var keys = One.Services.GetRequiredService<DataKeys>();
        (await keys.OfAsync(user, default)).Index.Of("secret").Should().NotBe((await keys.OfAsync(other, default)).Index.Of("secret"));
        (await Database.ScalarAsync("SELECT count(*) FROM messages WHERE words LIKE '%secret%'")).Should().Be(0);
    }

    [Test]
    public async Task Tokens_TellNeitherOrder_NorNumber_AndEveryWordHasItsOwn()
    {
        var index = (await One.Services.GetRequiredService<DataKeys>().OfAsync(user, default)).Index;

        index.Of("b a b c").Should().Be(index.Of("c A a, B"));
        string[] words = [.. Enumerable.Range(1, 40).Select(length => new string('x', length))];
        index.Of(string.Join(' ', words)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().OnlyHaveUniqueItems().And.HaveCount(40)
            .And.OnlyContain(token => token.Length == BlindIndex.TokenLength);
        index.Of("?!").Should().BeEmpty();
        index.OfQuery("漢字").Should().ContainSingle();
        index.Of("half a pair \uD83D, no character \uFFFF").Should().NotBeEmpty();
    }

    [Test]
    public async Task RowsFromBefore_AreFoundOnceTheyAreEncrypted()
    {
        var chat = await SayAsync("harbour", "lighthouse", "Holiday");
        await Database.ExecuteAsync("UPDATE messages SET words = NULL");
        await Database.ExecuteAsync("UPDATE chats SET words = NULL");
        await Database.ExecuteAsync("DELETE FROM encrypted_columns");
        (await FindAsync("harbour")).Should().BeEmpty();

        (await One.Services.GetRequiredService<ContentEncryption>().RunAsync(default)).Encrypted.Should().Be(3);

        foreach (var word in (string[])["harbour", "lighthouse", "holiday"])
            (await FindAsync(word)).Should().Equal(chat);
    }

    private async Task<ChatId> SayAsync(string question, string answer, string? title = null)
    {
        var chat = await AddChatAsync(user, title);
        await new Question(user, One.Clock.GetUtcNow()) { Chat = chat, Prompt = question }.AnswerAsync(One, answer);
        return chat;
    }

    private Task<object?> RenameAsync(ChatId chat, string? title) => One.InScopeAsync<IChatRepository, object?>(async chats =>
    {
        (await chats.FindAsync(chat, user, default))!.Change(title, model: null, systemPrompt: null, One.Clock.GetUtcNow());
        return await chats.SaveAsync(default);
    });

    private Task<IEnumerable<ChatId>> FindAsync(string search) => One.InScopeAsync<IChatQueries, IEnumerable<ChatId>>(
        async chats => (await chats.ListAsync(user, search, null, 20, default)).Items.Select(chat => chat.Id));
}
