using System.Text;
using CleanLlm.Application.Ai;
using CleanLlm.Infrastructure.Ai.Calls;
using CleanLlm.Testing;

namespace CleanLlm.Infrastructure.IntegrationTests.Ai;

/// <summary>Errors as providers write them, and what they are recognised as.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class UpstreamErrorTests
{
    private static readonly TestCaseData[] Known =
    [
        // The prompt does not fit.
        Case("OpenAI", 400, """{"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""", ProviderFailure.ContextTooLong),
        Case("Azure", 400, """{"error":{"message":"Too long.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""", ProviderFailure.ContextTooLong),
        Case("Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}""", ProviderFailure.ContextTooLong),
        Case("Gemini", 400, """[{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}]""", ProviderFailure.ContextTooLong),
        Case("Mistral", 400, """{"object":"error","message":"Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length","type":"invalid_request_error","param":null,"code":"3051"}""", ProviderFailure.ContextTooLong),
        Case("Groq", 400, """{"error":{"message":"Please reduce the length of the messages or completion.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}""", ProviderFailure.ContextTooLong),
        Case("DeepSeek", 400, """{"error":{"message":"This model's maximum context length is 65536 tokens. However, you requested 70000 tokens (66000 in the messages, 4000 in the completion).","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""", ProviderFailure.ContextTooLong),
        Case("xAI", 400, """{"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072 but the request contains 200000 tokens."}""", ProviderFailure.ContextTooLong),
        Case("OpenRouter", 400, """{"error":{"message":"This endpoint's maximum context length is 8192 tokens. However, you requested about 9000 tokens (8900 of text input, 100 in the output).","code":400}}""", ProviderFailure.ContextTooLong),
        Case("OpenRouter, from behind it", 400, """{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"no\",\"code\":\"context_length_exceeded\"}}","provider_name":"Some"}}}""", ProviderFailure.ContextTooLong),
        Case("vLLM", 400, """{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens in the messages, Please reduce the length of the messages.","type":"BadRequestError","param":null,"code":400}""", ProviderFailure.ContextTooLong),
        Case("SGLang", 400, """{"object":"error","message":"The input (5000 tokens) is longer than the model's context length (4096 tokens).","type":"BadRequestError","param":null,"code":400}""", ProviderFailure.ContextTooLong),
        Case("llama.cpp", 400, """{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":1407,"n_ctx":256}}""", ProviderFailure.ContextTooLong),
        Case("llama.cpp, while it writes", 500, """{"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}}""", ProviderFailure.ContextTooLong),
        Case("Ollama", 400, """{"error":{"message":"the input length exceeds the context length","type":"api_error","param":null,"code":null}}""", ProviderFailure.ContextTooLong),
        Case("LM Studio", 400, """{"error":"Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens"}""", ProviderFailure.ContextTooLong),
        Case("TGI", 422, """{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 100 `max_new_tokens`","error_type":"validation"}""", ProviderFailure.ContextTooLong),
        Case("Bedrock", 400, """{"message":"Input is too long for requested model."}""", ProviderFailure.ContextTooLong),
        Case("Moonshot", 400, """{"error":{"message":"Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)","type":"invalid_request_error"}}""", ProviderFailure.ContextTooLong),
        Case("DashScope", 400, """{"error":{"code":"invalid_parameter_error","param":null,"message":"Range of input length should be [1, 30720]","type":"invalid_request_error"}}""", ProviderFailure.ContextTooLong),
        Case("inside a stream", null, """{"error":{"message":"no","code":"context_length_exceeded"}}""", ProviderFailure.ContextTooLong),

        // Its filter.
        Case("Azure", 400, """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}""", ProviderFailure.ContentFiltered),
        Case("Azure, by the inner code", 400, """{"error":{"message":"No.","code":"400","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", ProviderFailure.ContentFiltered),
        Case("Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}""", ProviderFailure.ContentFiltered),
        Case("DeepSeek", 400, """{"error":{"message":"Content Exists Risk","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""", ProviderFailure.ContentFiltered),
        Case("DashScope", 400, """{"error":{"code":"data_inspection_failed","message":"Input data may contain inappropriate content."}}""", ProviderFailure.ContentFiltered),
        Case("OpenRouter", 403, """{"error":{"message":"Your input was flagged","code":403,"metadata":{"reasons":["violence"],"flagged_input":"insufficient balance"}}}""", ProviderFailure.ContentFiltered),

        // The model.
        Case("OpenAI", 404, """{"error":{"message":"The model `x` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}""", ProviderFailure.ModelNotFound),
        Case("OpenAI, of a project", 403, """{"error":{"message":"Project does not have access to model x","type":"invalid_request_error","param":null,"code":"model_not_found"}}""", ProviderFailure.ModelNotFound),
        Case("Azure", 404, """{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""", ProviderFailure.ModelNotFound),
        Case("Anthropic", 404, """{"type":"error","error":{"type":"not_found_error","message":"model: x"}}""", ProviderFailure.ModelNotFound),
        Case("Gemini", 404, """[{"error":{"code":404,"message":"models/x is not found for API version v1main","status":"NOT_FOUND"}}]""", ProviderFailure.ModelNotFound),
        Case("vLLM", 404, """{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}""", ProviderFailure.ModelNotFound),
        Case("Ollama", 404, """{"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error","param":null,"code":null}}""", ProviderFailure.ModelNotFound),
        Case("Mistral", 400, """{"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"}""", ProviderFailure.ModelNotFound),
        Case("DeepSeek", 400, """{"error":{"message":"Model Not Exist","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""", ProviderFailure.ModelNotFound),
        Case("Groq", 400, """{"error":{"message":"The model `x` has been decommissioned and is no longer supported.","type":"invalid_request_error","code":"model_decommissioned"}}""", ProviderFailure.ModelNotFound),
        Case("OpenRouter", 400, """{"error":{"message":"x is not a valid model ID","code":400}}""", ProviderFailure.ModelNotFound),
        Case("OpenRouter", 404, """{"error":{"message":"No endpoints found for x.","code":404}}""", ProviderFailure.ModelNotFound),
        Case("xAI", 404, """{"code":"Some requested entity was not found","error":"The model x does not exist or your team does not have access to it."}""", ProviderFailure.ModelNotFound),

        // Too large.
        Case("Anthropic", 413, """{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}""", ProviderFailure.RequestTooLarge),
        Case("a proxy", 413, "<html><body>413 Request Entity Too Large</body></html>", ProviderFailure.RequestTooLarge),
        Case("Groq", 413, """{"error":{"message":"Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 8000","type":"tokens","code":"rate_limit_exceeded"}}""", ProviderFailure.RequestTooLarge),
        Case("OpenAI", 429, """{"error":{"message":"Request too large for x on tokens per min (TPM): Limit 30000, Requested 40000.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}""", ProviderFailure.RequestTooLarge),
        Case("OpenAI", 400, """{"error":{"message":"Invalid 'user': string too long. Expected a string with maximum length 64.","type":"invalid_request_error","param":"user","code":"string_above_max_length"}}""", ProviderFailure.ValueTooLong),

        // Pictures and parameters.
        Case("OpenAI", 400, """{"error":{"message":"Timeout while downloading https://example.org/a.png.","type":"invalid_request_error","param":null,"code":"invalid_image_url"}}""", ProviderFailure.InvalidImage),
        Case("Anthropic", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"messages.0.content.0.image.source.base64.data: Could not process image"}}""", ProviderFailure.InvalidImage),
        Case("Gemini", 400, """[{"error":{"code":400,"message":"Unable to process input image.","status":"INVALID_ARGUMENT"}}]""", ProviderFailure.InvalidImage),
        Case("OpenAI", 400, """{"error":{"message":"Unsupported value: 'temperature' does not support 0.2 with this model.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}""", ProviderFailure.UnsupportedParameter),
        Case("Groq", 400, """{"error":{"message":"property 'logit_bias' is unsupported, did you mean 'logprobs'? property 'x' is unsupported","type":"invalid_request_error","code":"unknown_parameter"}}""", ProviderFailure.UnsupportedParameter),
        Case("Mistral", 422, """{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted","input":1}]},"type":"invalid_request_error"}""", ProviderFailure.UnsupportedParameter),
        Case("Gemini", 400, """[{"error":{"code":400,"message":"Invalid JSON payload received. Unknown name \"seed\": Cannot find field.","status":"INVALID_ARGUMENT"}}]""", ProviderFailure.UnsupportedParameter),

        // Limits, and what the operator has to fix.
        Case("OpenAI", 429, """{"error":{"message":"Rate limit reached for x in organization org-1 on requests per min (RPM): Limit 3.","type":"requests","param":null,"code":"rate_limit_exceeded"}}""", ProviderFailure.RateLimited, 429),
        Case("Gemini", 429, """[{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}]""", ProviderFailure.RateLimited, 429),
        Case("OpenAI, without money", 429, """{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""", ProviderFailure.Refused, 402),
        Case("Moonshot, without money", 429, """{"error":{"message":"Your account is suspended, please check your plan and billing details","type":"exceeded_current_quota_error"}}""", ProviderFailure.Refused, 402),
        Case("Anthropic, without money", 400, """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}""", ProviderFailure.Refused, 402),
        Case("Gemini, a bad key", 400, """[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]""", ProviderFailure.Refused, 401),
    ];

    private static readonly TestCaseData[] Unknown =
    [
        Case("no JSON", 400, "Bad Request"),
        Case("nothing", 400, ""),
        Case("another JSON", 400, "[1,2]"),
        Case("a wrong address", 404, """{"detail":"Not Found"}"""),
        Case("a wrong address", 404, "404 page not found"),
        Case("a plain 429", 429, """{"error":{"message":"slow down","type":"scripted"}}"""),
        Case("a plain 400", 400, """{"error":{"message":"'messages' must contain the word json","type":"invalid_request_error","param":"messages","code":null}}"""),
        // A caller made up the parameter; what is quoted is no reason to take the account for empty.
        Case("a parameter of the caller's", 400, """{"error":{"message":"no","param":"insufficient_quota","code":null}}"""),
        Case("a quoted prompt", 400, """{"error":{"message":"cannot parse: You exceeded your current quota, please check your plan. Your credit balance is too low.","code":null}}"""),
        Case("what was sent", 422, """{"detail":[{"type":"missing","loc":["body"],"msg":"Field required","input":"prompt is too long"}]}"""),
    ];

    [TestCaseSource(nameof(Known))]
    public void Error_OfAKnownProvider_IsRecognised(int? status, string body, ProviderFailure expected, int? standsFor)
    {
        var error = UpstreamErrors.Classify(Encoding.UTF8.GetBytes(body), status);

        error.Failure.Should().Be(expected);
        error.Status.Should().Be(standsFor ?? status);
        error.ToException()!.Message.Should().NotContainAny("tokens", "model", "http");
    }

    [TestCaseSource(nameof(Unknown))]
    public void Error_ThatSaysNothingKnown_IsJudgedByItsStatus(int? status, string body)
    {
        var error = UpstreamErrors.Classify(Encoding.UTF8.GetBytes(body), status);

        error.Failure.Should().BeNull();
        error.ToException().Should().BeNull();
    }

    [TestCase("max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.", 16384)]
    [TestCase("`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model", 8192)]
    [TestCase("max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-sonnet-20241022", 8192)]
    [TestCase("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", 8192)]
    [TestCase("Range of max_tokens should be [1, 8192]", 8192)]
    [TestCase("The valid range of max_tokens is [16, 65536]", 65_536)]
    [TestCase("max_tokens must be at most 8,192", 8_192)]
    [TestCase("max_tokens is too large: 32,000. This model supports at most 16,384 completion tokens.", 16_384)]
    [TestCase("max_tokens must be less than or equal to 4096 (error code 400)", 4_096)]
    [TestCase("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (100 in the messages, 4900 in the completion).", 3996)]
    [TestCase("'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is 4096 tokens and your request has 100 input tokens (5000 > 4096 - 100).", 3996)]
    [TestCase("Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5000 tokens: 100 tokens from the input messages and 4900 tokens for the completion.", 3996)]
    [TestCase("This model's maximum context length is 4096 tokens. However, you requested 9000 tokens (5000 in the messages, 4000 in the completion).", null)]
    [TestCase("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", null)]
    [TestCase("max_tokens must be a number", null)]
    public void Bound_ThatIsTooLarge_TellsWhatIsAllowed(string message, int? most) =>
        UpstreamErrors.Classify(message, 400).MostTokens.Should().Be(most);

    [TestCase(429)]
    [TestCase(500)]
    public void Bound_InAnErrorOfAnotherKind_IsNone(int status) =>
        UpstreamErrors.Classify("max_tokens must be at most 8192", status).MostTokens.Should().BeNull();

    [TestCase("input")]
    [TestCase("flagged_input")]
    [TestCase("failed_generation")]
    public void Error_ThatQuotesWhatWasSent_IsNotReadFromIt(string name) => UpstreamErrors
        .Classify(
            Encoding.UTF8.GetBytes($$$"""{"detail":[{"type":"x","{{{name}}}":{"type":"invalid_api_key","list":[{"code":"insufficient_quota"}]}}]}"""), 422)
        .Failure.Should().BeNull();

    [Test]
    public void Error_OfAnySize_IsJudgedSoon()
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"error":{"message":"{{{string.Concat(Enumerable.Repeat("model prompt exceeds image field ", 2_000))}}}"}}""");
        var watch = System.Diagnostics.Stopwatch.StartNew();

        UpstreamErrors.Classify(body, 400);

        watch.Elapsed.Should().BeLessThan(Patience.Slack);
    }

    private static TestCaseData Case(string provider, int? status, string body, ProviderFailure? expected = null, int? standsFor = null) =>
        (expected is null ? new TestCaseData(status, body) : new TestCaseData(status, body, expected, standsFor))
        .SetArgDisplayNames($"{provider} {status} {expected} {body[..Math.Min(body.Length, 60)]}");
}
