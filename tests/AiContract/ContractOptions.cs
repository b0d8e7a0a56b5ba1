using System.Globalization;

namespace CleanLlm.AiContract;

/// <summary>What is checked, and how.</summary>
internal sealed record ContractOptions
{
    public const string Usage =
        """
        Checks an AI server against docs/ai-contract.md: prints each check, exits with 1 when one fails.

          --url URL        server with POST URL/predict, e.g. http://localhost:8080
          --grpc URL       server of cleanllm.inference.v1, e.g. http://localhost:5000
          --api-key KEY    sent as a bearer token; the server must then refuse calls without it
          --model ID       the model to name; none by default
          --timeout SEC    for each check; 120 by default

        At least one of --url and --grpc is needed.
        """;

    public Uri? Url { get; init; }

    public Uri? Grpc { get; init; }

    public string? ApiKey { get; init; }

    public string? Model { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Null when the arguments are not understood.</summary>
    public static ContractOptions? Parse(IReadOnlyList<string> arguments)
    {
        var options = new ContractOptions();
        for (var i = 0; i + 1 < arguments.Count; i += 2)
        {
            var value = arguments[i + 1];
            var next = arguments[i] switch
            {
                "--url" when Address(value) is { } url => options with { Url = url },
                "--grpc" when Address(value) is { } url => options with { Grpc = url },
                "--api-key" => options with { ApiKey = value },
                "--model" => options with { Model = value },
                "--timeout" when int.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 =>
                    options with { Timeout = TimeSpan.FromSeconds(seconds) },
                _ => null,
            };
            if (next is null)
                return null;
            options = next;
        }

        return arguments.Count % 2 == 0 && (options.Url ?? options.Grpc) is not null ? options : null;
    }

    /// <summary>With a scheme or, as gRPC tools write it, without one.</summary>
    private static Uri? Address(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
            ? url
            : null;
}
