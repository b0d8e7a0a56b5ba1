using System.Net;
using System.Text.Json;

namespace CleanLlm.WebApi.FunctionalTests.Api;

/// <summary>An HTTP answer, read to its end.</summary>
public sealed record ApiAnswer(HttpStatusCode Status, string MediaType, string Body, IReadOnlyDictionary<string, string> Headers)
{
    private static readonly string[] ProblemMembers = ["type", "title", "status", "detail", "instance", "code", "traceId"];

    /// <summary>The body as JSON.</summary>
    public JsonElement Json => ApiCaller.Parse(Body);

    /// <summary>The ids of a page's items.</summary>
    public IReadOnlyList<string> Ids => [.. Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];

    public static async Task<ApiAnswer> ReadAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        response.Content.Headers.ContentType?.MediaType ?? "",
        await response.Content.ReadAsStringAsync(),
        response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));

    /// <summary>A member of the body as text.</summary>
    public string Text(string member) => Json.GetProperty(member).ToString();

    public ApiAnswer ShouldBe(HttpStatusCode status)
    {
        Status.Should().Be(status, "the body is {0}", Body);
        return this;
    }

    /// <summary>A whole problem document (RFC 9457) with our members, and nothing of the inside of the program.</summary>
    public ApiAnswer ShouldBeProblem(int status, string code)
    {
        ((int)Status).Should().Be(status, "the body is {0}", Body);
        MediaType.Should().Be("application/problem+json");
        var problem = Json;
        problem.EnumerateObject().Select(member => member.Name).Should().Contain(ProblemMembers);
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("status").GetInt32().Should().Be(status);
        problem.GetProperty("traceId").GetString().Should().NotBeNullOrEmpty();
        problem.GetProperty("instance").GetString().Should().StartWith("/");
        Body.Should().NotContain("   at ").And.NotContain("Exception");
        return this;
    }

    /// <summary>A validation problem that names the field.</summary>
    public ApiAnswer ShouldBlame(string field)
    {
        Json.GetProperty("errors").TryGetProperty(field, out var messages).Should().BeTrue("the body is {0}", Body);
        messages.GetArrayLength().Should().BePositive();
        return this;
    }
}
