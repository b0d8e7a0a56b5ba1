using System.Security.Cryptography;
using CleanLlm.Application.Settings;
using Microsoft.Extensions.Options;

namespace CleanLlm.WebApi.Startup;

/// <summary>What is printed when the program cannot start: a line for each fault, and a stack trace only for what is a bug (docs/decisions/0036).</summary>
internal static class StartFailure
{
    /// <summary>The exit code of a refused start, and of a run that ends by a failure.</summary>
    public const int ExitCode = 1;

    private const string Listening = "ASPNETCORE_URLS or Kestrel__…";

    /// <summary>Prints why the program ends.</summary>
    /// <param name="failure">What the start threw.</param>
    /// <param name="isToldToStop">Whether the program was told to stop while it started, which cancels what it waits for.</param>
    /// <param name="output">Where to; the standard error of the process.</param>
    /// <returns>The exit code: 0 when the program was told to stop while it started.</returns>
    public static int Report(Exception failure, bool isToldToStop, TextWriter output)
    {
        if (isToldToStop && IsCancelled(failure))
            return 0;
        if (Lines(failure) is not { } lines)
        {
            output.WriteLine(failure);
            return ExitCode;
        }

        output.WriteLine("CleanLlm does not start:");
        foreach (var line in lines)
            output.WriteLine($"  {line.ReplaceLineEndings(" ")}");
        return ExitCode;
    }

    private static IReadOnlyList<string>? Lines(Exception failure) => failure switch
    {
        StartRefusedException refused => refused.Faults,
        OptionsValidationException wrong => [.. wrong.Failures],
        InvalidDataException { InnerException: { } cause } unreadable => [$"{unreadable.Message} {cause.GetBaseException().Message}"],
        InvalidOperationException when IsOfTheFramework(failure) => [failure.Message],
        _ when IsOfTheServer(failure) => [$"{Listening}: {OfTheServer(failure)}"],
        IOException or UnauthorizedAccessException => [failure.Message],
        _ => null,
    };

    private static string OfTheServer(Exception failure) => failure switch
    {
        CryptographicException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException =>
            $"the certificate cannot be read: {failure.Message}",
        _ => failure.Message,
    };

    // Kestrel throws exceptions of any type for addresses, ports and certificates.
    private static bool IsOfTheServer(Exception failure) =>
        failure.StackTrace?.Contains("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true
        && failure is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException or CryptographicException or System.Net.Sockets.SocketException;

    // A setting of the framework's own. Each of its parts binds with code generated into it, so that only the words are the same.
    private static bool IsOfTheFramework(Exception failure) => failure.Message.StartsWith("Failed to convert configuration value ", StringComparison.Ordinal);

    private static bool IsCancelled(Exception failure) =>
        failure is OperationCanceledException || (failure.InnerException is { } inner && IsCancelled(inner));
}
