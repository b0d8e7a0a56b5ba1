using CleanLlm.Application.OpenAi;
using CleanLlm.Domain.Results;

namespace CleanLlm.WebApi.OpenAi;

/// <summary>Reads the body of <c>POST /v1/embeddings</c>.</summary>
internal static class EmbeddingRequestReader
{
    /// <summary>The request, or its first fault.</summary>
    public static Result<EmbeddingRequestBody> Read(RequestFields body)
    {
        var model = body.RequiredText("model");
        if (body.Any("input") is not { } input)
            body.Missing("input");
        else if (HoldsTokens(input))
            body.Faults.Unsupported("input", "Tokens are not taken, because models differ in what they mean: send texts.");

        var asBase64 = body.Text("encoding_format") switch
        {
            null or "float" => false,
            "base64" => true,
            _ => Unknown(body),
        };
        var create = new CreateEmbeddings([.. body.Texts("input", CreateEmbeddings.MaxInputs) ?? []], model, body.Integer("dimensions"), body.Text("user"));
        return body.Faults.First is { } fault ? fault : new EmbeddingRequestBody(create, asBase64);
    }

    private static bool HoldsTokens(System.Text.Json.JsonElement input) =>
        input.ValueKind == System.Text.Json.JsonValueKind.Array
        && input.EnumerateArray().Any(item => item.ValueKind is System.Text.Json.JsonValueKind.Number or System.Text.Json.JsonValueKind.Array);

    private static bool Unknown(RequestFields body)
    {
        body.Faults.Unknown("encoding_format", "'float' and 'base64'");
        return false;
    }
}

/// <summary>A request for vectors, and how to write them.</summary>
/// <param name="Create">What is asked.</param>
/// <param name="AsBase64">As the base64 of little-endian floats, not as numbers.</param>
internal sealed record EmbeddingRequestBody(CreateEmbeddings Create, bool AsBase64);
