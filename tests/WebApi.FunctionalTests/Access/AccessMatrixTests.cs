using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanLlm.Testing.Databases;
using CleanLlm.WebApi.FunctionalTests.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.Access;

/// <summary>Every route of the routing table, called by every kind of caller (promises 9 and 10).</summary>
internal sealed class AccessMatrixTests(DatabaseKind kind) : ApiTests(kind)
{
    // What would raise the caller's rights, if any route took it.
    private static readonly string[] Assigned =
        ["\"role\":\"admin\"", "\"userId\":\"00000000-0000-7000-8000-000000000001\"", "\"planId\":\"00000000-0000-7000-8000-000000000001\"", "\"scopes\":[\"completions\"]", "\"quota\":1000000"];

    private AccessStage stage = null!;

    [OneTimeSetUp]
    public async Task SetStageAsync()
    {
        stage = new AccessStage(Api);
        await stage.SetAsync();
    }

    [OneTimeTearDown]
    public void ClearStage() => stage?.Dispose();

    [Test]
    public void EveryRoute_HasARow_AndEveryRowItsRoute() => Routes().Should().BeEquivalentTo(AccessMatrix.Rows.Keys);

    [Test]
    public async Task EveryRoute_AnswersEveryCaller_AsItsRowSays()
    {
        var (calls, wrong) = (0, new List<string>());
        foreach (var (route, row) in AccessMatrix.Rows)
        {
            foreach (var caller in row.Callers)
            {
                var status = await CallAsync(route, row, caller);
                calls++;
                if (status != row.Expected(caller))
                    wrong.Add($"{route} as {caller}: {status}, not {row.Expected(caller)}");
            }
        }

        await TestContext.Out.WriteLineAsync($"{AccessMatrix.Rows.Count} routes x {Enum.GetValues<CallerKind>().Length - 1} callers, one more where a scope opens a part = {calls} calls, {wrong.Count} answered otherwise than their row says");
        wrong.Should().BeEmpty();
    }

    [Test]
    public async Task NoWriteRoute_TakesWhatRaisesRights()
    {
        var before = await RightsAsync();
        var (calls, taken) = (0, new List<string>());
        foreach (var (route, row) in AccessMatrix.Rows.Where(row => row.Value is { Body: not null, Audience: not Audience.Admin }))
        {
            foreach (var property in Assigned)
            {
                var body = JsonSerializer.Serialize(await row.Body!(stage));
                var name = property.Split('"')[1];
                // Where a route knows the property, its value is its own concern: the matrix above says which callers may use it.
                if (JsonNode.Parse(body)!.AsObject().ContainsKey(name) || (name == "scopes" && route.EndsWith("/api-keys", StringComparison.Ordinal)))
                    continue;
                var spoilt = string.Concat(body.AsSpan(0, body.Length - 1), body == "{}" ? "" : ",", property, "}");
                var answer = await stage.Owner.SendTextAsync(new HttpMethod(route.Split(' ')[0]), await row.Path(stage), spoilt);
                calls++;
                if (answer.Status != HttpStatusCode.BadRequest && !row.IgnoresUnknown)
                    taken.Add($"{route} with {name}: {(int)answer.Status}");
            }
        }

        await TestContext.Out.WriteLineAsync($"{calls} bodies with a property too many, {taken.Count} not refused");
        taken.Should().BeEmpty();
        (await RightsAsync()).Should().Be(before);
    }

    private async Task<int> CallAsync(string route, AccessRow row, CallerKind who)
    {
        if (!row.EndsSession)
            return await CallAsync(stage, route, row, who);
        using var own = new AccessStage(Api);
        await own.SetAsync();
        return await CallAsync(own, route, row, who);
    }

    private static async Task<int> CallAsync(AccessStage stage, string route, AccessRow row, CallerKind who)
    {
        var caller = await stage.CallerAsync(who, row.Scope, row.PartScope);
        var path = await row.Path(stage);
        var body = row.Body is null ? null : await row.Body(stage);
        return (int)(await caller.SendAsync(new HttpMethod(route.Split(' ')[0]), path, body, row.Headers)).Status;
    }

    private Task<long> RightsAsync() => Api.Database.ScalarAsync(
        $"SELECT role * 1000 + CASE WHEN plan_id IS NULL THEN 0 ELSE 1 END FROM users WHERE lower(CAST(id AS text)) = '{stage.Owner.UserId}'");

    private IEnumerable<string> Routes() =>
        from endpoint in Api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"]
        select string.Create(CultureInfo.InvariantCulture, $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/').TrimEnd('/')}");
}
