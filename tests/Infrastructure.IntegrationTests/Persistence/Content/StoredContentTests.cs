using CleanLlm.Application.Administration;
using CleanLlm.Application.Chats;
using CleanLlm.Application.Chats.Summaries;
using CleanLlm.Application.Completions;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Faults;
using CleanLlm.Application.Templates;
using CleanLlm.Domain.Chats;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Templates;
using CleanLlm.Domain.Usage;
using CleanLlm.Infrastructure.Persistence.Content;
using CleanLlm.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence.Content;

/// <summary>What users and models write is encrypted in every column, opens only in its place, and is read as it was written.</summary>
[TestFixture(DatabaseKind.Sqlite)]
[TestFixture(DatabaseKind.Postgres)]
internal sealed class StoredContentTests(DatabaseKind kind) : PersistenceTests(kind)
{
    private const string Canary = "canary";

    private UserId user;
    private ChatId chat;

    [SetUp]
    public async Task OpenAsync()
    {
        user = await AddUserAsync();
        chat = await AddChatAsync(user, $"{Canary} title");
    }

    [Test]
    public async Task NoColumn_HoldsWhatWasWritten()
    {
        var (answered, _, _) = await WriteEverythingAsync();
        await WriteTemplatesAsync(answered.Turn!.QuestionId);

        foreach (var column in ContentColumns.All)
        {
            (await Database.ScalarAsync($"SELECT count(*) FROM {column.Table} WHERE {column.Name} LIKE 'enc1:%'")).Should().BePositive(column.FullName);
            (await Database.ScalarAsync($"SELECT count(*) FROM {column.Table} WHERE lower({column.Name}) LIKE '%{Canary}%'")).Should().Be(0, column.FullName);
        }
    }

    [Test]
    public async Task AllOfIt_IsReadAsItWasWritten_OnAnotherInstance()
    {
        var (answered, alone, running) = await WriteEverythingAsync();

        var page = (await InChatsAsync(chats => chats.ListMessagesAsync(chat, user, null, 20, default)))!;
        page.Items.Select(message => message.Content).Should().Equal($"{Canary} answer ü", $"{Canary} question 漢");
        page.Items[0].Should().BeEquivalentTo(new { Reasoning = $"{Canary} thought", Feedback = new { Comment = $"{Canary} comment" } });
        var found = (await InChatsAsync(chats => chats.FindAsync(chat, user, default)))!;
        found.Should().BeEquivalentTo(new { Title = $"{Canary} title", SystemPrompt = "Be brief.", Running = new { CompletionId = running.Id, Content = $"{Canary} next" } });
        (await InChatsAsync(chats => chats.ListAsync(user, null, null, 20, default))).Items.Should().ContainSingle().Which.Title.Should().Be($"{Canary} title");
        (await Two.Services.GetRequiredService<IConversationReader>().ReadAsync(chat, user, null, 10, default)).Value.Messages.Select(said => said.Content)
            .Should().Equal($"{Canary} question 漢", $"{Canary} answer ü");
        (await Two.Services.GetRequiredService<IConversationReader>().ReadAsync(chat, user, null, 10, default)).Value.Summary!.Content.Should().Be($"{Canary} summary");
        var completions = Two.Services.GetRequiredService<ICompletionQueries>();
        (await completions.FindAsync(answered.Id, user, default))!.Message.Should().BeEquivalentTo(new { Content = $"{Canary} answer ü" });
        var stored = (await completions.FindAsync(alone.Id, user, default))!;
        stored.Message.Should().BeEquivalentTo(new { Content = $"{Canary} alone" });
        stored.ToolCalls.Should().ContainSingle().Which.Arguments.Should().Be($$"""{"text":"{{Canary}}"}""");
        (await completions.FindAsync(running.Id, user, default))!.Message!.Content.Should().Be($"{Canary} so far");
    }

    [TestCase("UPDATE messages SET content = (SELECT m.content FROM messages m WHERE m.id <> messages.id)", TestName = "AValueOfAnotherRow_IsRefused")]
    [TestCase("UPDATE messages SET content = (SELECT c.title FROM chats c)", TestName = "AValueOfAnotherTable_IsRefused")]
    [TestCase("UPDATE messages SET content = reasoning WHERE reasoning IS NOT NULL", TestName = "AValueOfAnotherColumn_IsRefused")]
    [TestCase("UPDATE messages SET content = 'plain'", TestName = "PlainText_IsRefused")]
    [TestCase("UPDATE messages SET content = 'enc1:'", TestName = "AnEmptyEnvelope_IsRefused")]
    [TestCase("UPDATE messages SET content = 'enc1:no base64'", TestName = "WhatIsNoEnvelope_IsRefused")]
    [TestCase("UPDATE messages SET content = substr(content, 1, length(content) - 4)", TestName = "ACutValue_IsRefused")]
    public async Task AChangedValue_IsRefused(string change)
    {
        await WriteEverythingAsync();

        await Database.ExecuteAsync(change);

        await FluentActions.Awaiting(() => InChatsAsync(chats => chats.ListMessagesAsync(chat, user, null, 20, default))).Should().ThrowAsync<UnreadableContentException>();
    }

    [Test]
    public async Task AnyBitThatIsFlipped_IsNoticed()
    {
        var cipher = await One.Services.GetRequiredService<DataKeys>().OfAsync(user, default);
        var stored = Convert.FromBase64String(cipher.Seal(ContentColumns.MessageContent, chat.Value, "text")[ContentCipher.Prefix.Length..]);
        for (var bit = 0; bit < stored.Length * 8; bit++)
        {
            byte[] changed = [.. stored];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            cipher.Invoking(c => c.Open(ContentColumns.MessageContent, chat.Value, ContentCipher.Prefix + Convert.ToBase64String(changed)))
                .Should().Throw<UnreadableContentException>().Which.ToString().Should().NotContain("text\"");
        }
    }

    [Test]
    public async Task AValueOfAnotherUser_IsRefused()
    {
        await WriteEverythingAsync();
        var thief = await AddUserAsync();

        await Database.ExecuteAsync($"UPDATE chats SET owner_id = (SELECT u.id FROM users u WHERE u.id <> chats.owner_id)");

        await FluentActions.Awaiting(() => InChatsAsync(chats => chats.ListMessagesAsync(chat, thief, null, 20, default))).Should().ThrowAsync<UnreadableContentException>();
    }

    [Test]
    public async Task AKeyOfAnotherUser_OpensNothing()
    {
        await WriteEverythingAsync();
        var other = await AddUserAsync();
        await One.Services.GetRequiredService<DataKeys>().OfAsync(other, default);

        await Database.ExecuteAsync("UPDATE data_keys SET wrapped_key = (SELECT k.wrapped_key FROM data_keys k WHERE k.owner_id <> data_keys.owner_id)");

        await FluentActions.Awaiting(() => InChatsAsync(chats => chats.ListMessagesAsync(chat, user, null, 20, default))).Should().ThrowAsync<UnreadableContentException>();
    }

    [Test]
    public async Task AnAbandonedCompletion_WhoseTextWasChanged_IsClosedAllTheSame()
    {
        var (_, _, running) = await WriteEverythingAsync();
        await Database.ExecuteAsync("UPDATE completions SET answer = 'enc1:AAAA' WHERE status = 2");

        var left = await Two.Store.ListRunningAsync(null, 10, default);

        left.Should().ContainSingle().Which.Should().BeEquivalentTo(new { running.Id, Prompt = $"{Canary} next", Answer = "" });
    }

    [Test]
    public async Task ContentThatWasNotEncrypted_IsNeverSaved()
    {
        var save = One.InDatabaseAsync(async database =>
        {
            database.Add(Chat.Open(user, "plain", model: null, systemPrompt: null, One.Clock.GetUtcNow()).Value);
            return await database.SaveChangesAsync();
        });

        (await save.Awaiting(task => task).Should().ThrowAsync<InvalidOperationException>()).WithMessage("chats.title*");
    }

    [Test]
    public async Task AChat_ThatIsRenamed_KeepsItsText_AndWritesOnlyWhatChanged()
    {
        var before = await Database.TextAsync("SELECT system_prompt FROM chats");

        await One.InScopeAsync<IChatRepository, object?>(async chats =>
        {
            var found = (await chats.FindAsync(chat, user, default))!;
            found.Change($"{Canary} renamed", found.Model, found.SystemPrompt, One.Clock.GetUtcNow());
            await chats.SaveAsync(default);
            found.Title.Should().Be($"{Canary} renamed", "the entity holds its text after it was saved");
            return null;
        });

        (await Database.TextAsync("SELECT system_prompt FROM chats")).Should().Be(before);
        (await InChatsAsync(chats => chats.FindAsync(chat, user, default)))!.Should().BeEquivalentTo(new { Title = $"{Canary} renamed", SystemPrompt = "Be brief." });
    }

    // A chat with an answered and rated question and one that runs, and an answer outside any chat.
    private async Task<(Completion Answered, Completion Alone, Completion Running)> WriteEverythingAsync()
    {
        var question = new Question(user, One.Clock.GetUtcNow()) { Chat = chat, Prompt = $"{Canary} question 漢", StoreReasoning = true };
        var answered = await question.BeginAsync(One);
        answered.Reasons($"{Canary} thought");
        await One.Store.CloseAsync(Question.Succeed(answered, question.Now, $"{Canary} answer ü"), default);
        await One.InScopeAsync<IChatRepository, object?>(async chats =>
        {
            var message = (await chats.FindMessageAsync((await chats.FindAsync(chat, user, default))!, answered.Turn!.AnswerId, default))!;
            message.Rate(FeedbackRating.Up, $"{Canary} comment");
            await chats.SaveAsync(default);
            return null;
        });
        await One.InScopeAsync<IChatSummaries, bool>(summaries => summaries.AddAsync(ChatSummary.Of(chat, answered.Turn!.AnswerId, 2, $"{Canary} summary", question.Now), user, default));
        var alone = await new Question(user, question.Now) { Prompt = $"{Canary} outside", StoreReasoning = true }.BeginAsync(One);
        alone.Reasons($"{Canary} thought");
        alone.Calls([new ToolCall("1", "f", $$"""{"text":"{{Canary}}"}""")]);
        await One.Store.CloseAsync(Question.Succeed(alone, question.Now, $"{Canary} alone"), default);
        var running = await new Question(user, question.Now) { Chat = chat, Parent = answered.Turn!.AnswerId, Prompt = $"{Canary} next" }.BeginAsync(One);
        await One.Store.CheckpointAsync([running.Checkpoint($"{Canary} so far", new TokenCount(10, 3, UsageBasis.Counted))], default);
        return (answered, alone, running);
    }

    // A question by a template outside any chat, one in the chat, templates, and a plan with a system prompt.
    private async Task WriteTemplatesAsync(MessageId parent)
    {
        var now = One.Clock.GetUtcNow();
        var use = new TemplateUse(TemplateId.New(now), 1, IsShared: false, $"{Canary} instruction", "", [new("text", $"{Canary} value")]);
        await new Question(user, now) { Template = use }.AnswerAsync(One, $"{Canary} answer");
        await new Question(user, now) { Template = use, Chat = chat, Parent = parent }.AnswerAsync(One, $"{Canary} answer");
        foreach (var owner in (UserId?[])[user, null])
        {
            var made = Template.Create(owner, new TemplateTerms($"{Guid.CreateVersion7()}", $"{Canary} {{{{text}}}}", [new("text") { Default = Canary }]), now).Value;
            (await One.InScopeAsync<ITemplateRepository, Error?>(templates => templates.AddAsync(made, default))).Should().BeNull();
        }

        var plan = Plan.Create(new PlanTerms($"Plan {Guid.CreateVersion7()}", IsDefault: true, null, [], null, []) { SystemPrompt = $"{Canary} plan" }, now).Value;
        (await One.InScopeAsync<IPlanRepository, Error?>(plans => plans.SaveAsync(plan, default))).Should().BeNull();
    }

    private Task<T> InChatsAsync<T>(Func<IChatQueries, Task<T>> act) => Two.InScopeAsync(act);
}
