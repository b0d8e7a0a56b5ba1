using System.Net;
using System.Text.Json;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;

namespace CleanLlm.WebApi.FunctionalTests.Contract;

public sealed class OperationsTests(DatabaseKind kind) : ApiTests(kind)
{
    private readonly DatabaseKind kind = kind;

    [Test]
    public async Task Live_AnswersToAnybody() =>
        (await Api.Anonymous.GetAsync("/health/live")).ShouldBe(HttpStatusCode.OK).Text("status").Should().Be("healthy");

    [Test]
    public async Task Ready_NamesEachDependency()
    {
        var ready = (await Api.Anonymous.GetAsync("/health/ready")).ShouldBe(HttpStatusCode.OK);

        ready.Text("status").Should().Be("healthy");
        var names = ready.Json.GetProperty("dependencies").EnumerateArray().Select(dependency => dependency.GetProperty("name").GetString());
        names.Should().Contain(kind == DatabaseKind.Postgres ? ["database", "redis"] : ["database"]);
    }

    [Test]
    public async Task Version_IsTold() => (await Api.Anonymous.GetAsync("/version")).ShouldBe(HttpStatusCode.OK).Text("version").Should().NotBeEmpty();

    [Test]
    public async Task Answers_CarryNoServerName_AndAreNotCached()
    {
        var answer = await Api.Anonymous.GetAsync("/api/v1/users/me");

        answer.Headers.Should().NotContainKey("Server");
        answer.Headers["X-Content-Type-Options"].Should().Be("nosniff");
        answer.Headers["Cache-Control"].Should().Contain("no-store");
    }

    [Test]
    public async Task TheUserInterface_IsServed() =>
        (await Api.Anonymous.GetAsync("/swagger/index.html")).ShouldBe(HttpStatusCode.OK).MediaType.Should().Be("text/html");

    [Test]
    public async Task TheDocument_DescribesEveryCall_WithASummaryItsAnswersAndItsFailures()
    {
        var document = await DocumentAsync();

        document.GetProperty("openapi").GetString().Should().StartWith("3.");
        foreach (var path in document.GetProperty("paths").EnumerateObject().Where(path => path.Name.StartsWith("/api/", StringComparison.Ordinal)))
        {
            foreach (var operation in path.Value.EnumerateObject().Where(member => member.Value.TryGetProperty("responses", out _)))
            {
                var call = $"{operation.Name} {path.Name}";
                operation.Value.TryGetProperty("summary", out _).Should().BeTrue("{0} has a summary", call);
                operation.Value.TryGetProperty("operationId", out _).Should().BeTrue("{0} has a name", call);
                var statuses = operation.Value.GetProperty("responses").EnumerateObject().Select(response => response.Name).ToList();
                statuses.Should().Contain(status => status[0] == '2' || status[0] == '3', "{0} succeeds somehow", call);
                statuses.Should().Contain(status => status[0] == '4' || status[0] == '5', "{0} fails somehow", call);
            }
        }
    }

    [TestCase("Completion", "message", true)]
    [TestCase("Completion", "id", false)]
    [TestCase("Chat", "title", true)]
    [TestCase("TokenPair", "accessToken", false)]
    public async Task TheDocument_TellsNullableFromRequired(string schemaName, string property, bool nullable)
    {
        var schema = (await DocumentAsync()).GetProperty("components").GetProperty("schemas").EnumerateObject()
            .Single(schema => schema.Name == schemaName || schema.Name == schemaName + "Dto").Value;

        var described = schema.GetProperty("properties").GetProperty(property);
        if (!nullable)
            schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()).Should().Contain(property);
        (described.TryGetProperty("nullable", out var value) && value.GetBoolean()).Should().Be(nullable, "the schema is {0}", described);
    }

    [Test]
    public async Task TheDocument_RefersOnlyToWhatItHolds()
    {
        var document = await DocumentAsync();
        var schemas = document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name).ToHashSet(StringComparer.Ordinal);

        References(document).Select(reference => reference.Split('/')[^1]).Should().NotBeEmpty().And.BeSubsetOf(schemas);
    }

    [TestCase("ProblemCode", "quota.exceeded", "auth.required", "chat.not_found", "server.error")]
    [TestCase("QuotaMetric", "requests", "tokens", "costMicros")]
    [TestCase("QuotaWindow", "minute", "hour", "day", "month")]
    [TestCase("ApiKeyScope", "completions", "chats:read", "chats:write", "usage:read")]
    [TestCase("UsageGrouping", "day", "model")]
    public async Task TheDocument_ListsTheWordsOf(string schemaName, params string[] words)
    {
        var schema = (await DocumentAsync()).GetProperty("components").GetProperty("schemas").GetProperty(schemaName);

        schema.GetProperty("enum").EnumerateArray().Select(word => word.GetString()).Should().Contain(words);
    }

    [TestCase("Problem", "code", "ProblemCode")]
    [TestCase("Problem", "metric", "QuotaMetric")]
    [TestCase("Problem", "window", "QuotaWindow")]
    [TestCase("Completion", "errorCode", "ProblemCode")]
    [TestCase("ApiKey", "scopes", "ApiKeyScope")]
    [TestCase("CreateApiKeyBody", "scopes", "ApiKeyScope")]
    [TestCase("TokenPair", "tokenType", "TokenType")]
    public async Task TheDocument_SaysWhichWordsAMemberHas(string schemaName, string property, string words)
    {
        var schema = (await DocumentAsync()).GetProperty("components").GetProperty("schemas").GetProperty(schemaName);

        References(schema.GetProperty("properties").GetProperty(property)).Should().Equal($"#/components/schemas/{words}");
    }

    [Test]
    public async Task TheDocument_SaysOfAStreamWithoutJson_ThatItOnlyStreams()
    {
        var paths = (await DocumentAsync()).GetProperty("paths");

        MediaTypes(paths.GetProperty("/api/v1/completions/{id}/events").GetProperty("get")).Should().Equal("text/event-stream");
        MediaTypes(paths.GetProperty("/api/v1/completions").GetProperty("post")).Should().BeEquivalentTo("application/json", "text/event-stream");
    }

    private static IEnumerable<string> MediaTypes(JsonElement operation) =>
        operation.GetProperty("responses").GetProperty("200").GetProperty("content").EnumerateObject().Select(content => content.Name);

    private async Task<JsonElement> DocumentAsync() =>
        (await Api.Anonymous.GetAsync("/swagger/v1/swagger.json")).ShouldBe(HttpStatusCode.OK).Json;

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member is { Name: "$ref", Value.ValueKind: JsonValueKind.String } ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
