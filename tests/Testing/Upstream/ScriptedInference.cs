using System.Globalization;
using CleanLlm.Inference.V1;
using Grpc.Core;

namespace CleanLlm.Testing.Upstream;

/// <summary>Answers the calls of <see cref="ScriptedGrpc"/> as their scripts say.</summary>
internal sealed class ScriptedInference(ScriptedGrpc server) : Inference.V1.Inference.InferenceBase
{
    private const int HugeChars = 9 * 1024 * 1024;

    public override async Task<PredictResponse> Predict(PredictRequest request, ServerCallContext context)
    {
        var (call, model, words) = Begin(request, stream: false, context);
        try
        {
            await PlayAsync(call, model, context);
            var script = Script(call);
            if (script is "stall")
                await model.Gate.WaitAsync(context.CancellationToken);
            if (script is "cut-off")
                Reset(context);
            model.Charge(call.PromptTokens, words.Length);
            var answer = new PredictResponse
            {
                Text = script == "huge" ? new string('x', HugeChars) : string.Concat(words),
                FinishReason = Finish(call, words),
            };
            if (script.StartsWith("silent", StringComparison.Ordinal))
                (answer.Text, answer.FinishReason) = ("", Silence(script));
            if (script != "no-usage")
                answer.Usage = Usage(call, words);
            return answer;
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            model.Abandon();
            throw;
        }
    }

    public override async Task PredictStream(PredictRequest request, IServerStreamWriter<PredictChunk> responseStream, ServerCallContext context)
    {
        var (call, model, words) = Begin(request, stream: true, context);
        try
        {
            await PlayAsync(call, model, context);
            model.Charge(call.PromptTokens, 0);
            var script = Script(call);
            if (script.StartsWith("silent", StringComparison.Ordinal))
            {
                await responseStream.WriteAsync(new PredictChunk(), context.CancellationToken);
                await responseStream.WriteAsync(new PredictChunk { FinishReason = Silence(script) }, context.CancellationToken);
                return;
            }

            for (var i = 0; i < words.Length || script == "endless"; i++)
            {
                if (i == words.Length / 2)
                    await BreakAsync(script, model, responseStream, context);
                model.Charge(0, 1);
                await responseStream.WriteAsync(new PredictChunk { Text = words[i % words.Length] }, context.CancellationToken);
            }

            if (script != "no-usage")
                await responseStream.WriteAsync(new PredictChunk { Usage = Usage(call, words), FinishReason = Finish(call, words) }, context.CancellationToken);
        }
        catch (Exception thrown) when (thrown is OperationCanceledException or InvalidOperationException && context.CancellationToken.IsCancellationRequested)
        {
            model.Abandon();
            throw;
        }
    }

    private (UpstreamCall Call, UpstreamModel Model, string[] Words) Begin(PredictRequest request, bool stream, ServerCallContext context)
    {
        var name = request.HasModel ? request.Model : "ok";
        if (request.Prompt.Length == 0 && !name.StartsWith("lax", StringComparison.Ordinal))
            throw new RpcException(new Status(StatusCode.InvalidArgument, "scripted"));
        var call = new UpstreamCall(
            name,
            [("user", request.Prompt)],
            stream,
            request.HasMaxTokens ? (int)request.MaxTokens : null,
            context.RequestHeaders.GetValue("authorization") ?? "",
            request.ToString())
        { Headers = UpstreamCall.HeadersOf(context.GetHttpContext().Request) };
        var whole = UpstreamAnswers.Of(call, multiByte: false).Split(' ').Select((w, i) => i == 0 ? w : ' ' + w);
        return (call, server.Model(name), [.. whole.Take(call.MaxTokens ?? int.MaxValue)]);
    }

    private static async Task PlayAsync(UpstreamCall call, UpstreamModel model, ServerCallContext context)
    {
        var number = model.Begin(call);
        switch (Script(call).Split('-'))
        {
            case ["status", var status, .. var rest]:
                throw Refusal(Number(status), rest is [.., var seconds] ? seconds : "1");
            case ["says", var status, var detail]:
                throw new RpcException(new Status((StatusCode)Number(status), detail));
            case ["flaky", var status, var times] when number <= Number(times):
                throw Refusal(Number(status), "1");
            case ["reset", ..]:
                Reset(context);
                break;
            case ["hang"]:
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                break;
            case ["slow"]:
                await model.Gate.WaitAsync(context.CancellationToken);
                break;
            case ["malformed"]:
                await WriteNonsenseAsync(context);
                break;
        }
    }

    private static async Task BreakAsync(string script, UpstreamModel model, IServerStreamWriter<PredictChunk> chunks, ServerCallContext context)
    {
        switch (script)
        {
            case "stall":
                await model.Gate.WaitAsync(context.CancellationToken);
                break;
            case "error":
                throw new RpcException(new Status(StatusCode.Internal, "scripted"));
            case "huge":
                await chunks.WriteAsync(new PredictChunk { Text = new string('x', HugeChars) }, context.CancellationToken);
                break;
            case "cut-off":
                // A reset overtakes what was written before, so it waits for the test to have read that.
                await model.Gate.WaitAsync(context.CancellationToken);
                Reset(context);
                break;
        }
    }

    /// <summary>A frame whose bytes are no message: a field of a wire type that does not exist.</summary>
    private static async Task WriteNonsenseAsync(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 0xFF, 0xFF }, context.CancellationToken);
        await http.Response.CompleteAsync();
        throw new OperationCanceledException("The script has answered.");
    }

    private static void Reset(ServerCallContext context)
    {
        context.GetHttpContext().Abort();
        throw new OperationCanceledException("The script resets the connection.");
    }

    private static RpcException Refusal(int status, string retryAfter) => new(
        new Status((StatusCode)status, "scripted"),
        status == (int)StatusCode.ResourceExhausted ? new Metadata { { "retry-after", retryAfter } } : Metadata.Empty);

    private static Usage Usage(UpstreamCall call, string[] words) =>
        new() { PromptTokens = (uint)call.PromptTokens, CompletionTokens = (uint)words.Length };

    private static FinishReason Finish(UpstreamCall call, string[] words) =>
        words.Length == call.MaxTokens ? FinishReason.Length : FinishReason.Stop;

    private static FinishReason Silence(string script) => (FinishReason)Number(script.Split('-')[1]);

    private static string Script(UpstreamCall call) => call.Model.Split('@')[0];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
