using System.Globalization;
using CleanLlm.WebApi.Http;
using Microsoft.AspNetCore.WebUtilities;
using NJsonSchema;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanLlm.WebApi.OpenApi.Document;

/// <summary>Says in words what each status means, which headers come with it, and that any operation may fail unexpectedly.</summary>
internal sealed class ProblemResponses : IOperationProcessor
{
    private const string AnyOther = "default";
    private const string Json = "application/json";

    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["400"] = "The request cannot be read.",
        ["401"] = "No credential, or a bad one.",
        ["403"] = "The caller's role, scopes or plan do not allow it.",
        ["404"] = "Absent, or another user's.",
        ["409"] = "It contradicts what is stored; for `chat.busy`, `completionId` says which completion is in the way.",
        ["413"] = "The body is too large.",
        ["415"] = "The body is not JSON in UTF-8, or packed otherwise than by gzip.",
        ["422"] = "Values that are not acceptable; `errors` says which.",
        ["429"] = "A rate limit or a quota is spent, or what runs holds the rest of it (`quota.reserved`); `limit`, `window`, `metric`, `subject` and `resetsAt` say which.",
        ["502"] = "The AI service answered badly.",
        ["503"] = "A dependency is down or overloaded.",
        ["504"] = "The AI service was too slow.",
        [AnyOther] = "Any other failure.",
    };

    public bool Process(OperationProcessorContext context)
    {
        var problem = context.SchemaGenerator.Generate(typeof(Problem), context.SchemaResolver).ActualSchema;
        var responses = context.OperationDescription.Operation.Responses;
        // Every signed-in caller has a rate.
        if (responses.ContainsKey("401"))
            responses.TryAdd("429", Undescribed(problem));
        responses.TryAdd(AnyOther, Undescribed(problem));

        foreach (var (status, response) in responses)
        {
            if (response.Content.TryGetValue(Json, out var body) && body.Schema?.ActualSchema == problem)
                DescribeProblem(status, response, body);
            else if (string.IsNullOrEmpty(response.Description))
                response.Description = ReasonPhrases.GetReasonPhrase(int.Parse(status, CultureInfo.InvariantCulture));
        }

        return true;
    }

    private static OpenApiResponse Undescribed(JsonSchema problem) =>
        new() { Content = { [Json] = new OpenApiMediaType { Schema = new JsonSchema { Reference = problem } } } };

    private static void DescribeProblem(string status, OpenApiResponse response, OpenApiMediaType body)
    {
        response.Content.Remove(Json);
        response.Content[Problem.ContentType] = body;
        response.Description = Meanings.GetValueOrDefault(status, Meanings[AnyOther]);
        if (status is "429" or "503")
            AddHeader(response, "Retry-After", "Whole seconds to wait before a retry.", JsonObjectType.Integer);
        if (status is "401")
            AddHeader(response, "WWW-Authenticate", "Which credential is wanted.", JsonObjectType.String);
    }

    private static void AddHeader(OpenApiResponse response, string name, string description, JsonObjectType type) =>
        response.Headers[name] = new OpenApiHeader { Description = description, Schema = new JsonSchema { Type = type } };
}
