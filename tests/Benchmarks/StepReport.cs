using System.Diagnostics;
using System.Globalization;
using System.Text;
using CleanLlm.Application;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Prompting;
using CleanLlm.Domain.Quotas;
using CleanLlm.Infrastructure;
using CleanLlm.WebApi.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Benchmarks;

/// <summary>
/// What each registered step costs, those of answers (<see cref="AnswerReport"/>) and those of prompts: <c>dotnet run -c Release -- steps</c>. Of
/// prompts microseconds for 4 KB of several kinds of text, the median of many runs, and the bytes that one run allocates; beside them milliseconds for 1 MB, once.
/// </summary>
internal static class StepReport
{
    private const int Small = 4 * 1024;
    private const int Large = 1024 * 1024;
    private const int Runs = 2_000;

    private static readonly Model Model = new("m", "M", "upstream", ContextWindow: 10_000_000, MaxOutputTokens: 1000, TokenPrice.Free);

    private static readonly (string Kind, string Unit)[] Kinds =
    [
        ("prose", "The committee met on Tuesday to review the annual figures, and most members agreed that costs had grown faster than planned. "
            + "Could you draft a short note to the team that explains what we decided, and why the second phase will start a month later?\n"),
        ("German prose", "Der Ausschuss hat am Dienstag die Zahlen des Jahres geprüft; die meisten Mitglieder fanden, dass die Kosten schneller gewachsen sind als geplant. "),
        ("code", "public int Sum(int[] values)\n{\n    var total = 0;\n    foreach (var value in values)\n        total += value;\n    return total; // \"all\" of them\n}\n"),
        ("table", "| 2021-04-17 | Tottenham | 1,204 | 4.52m | 'Lock And Key' | 18.5 % |\n"),
        ("ideographs", "委员会在星期二审查了年度数字，大多数成员认为成本增长得比计划更快。"),
        ("one letter", "a"), ("letters apart", "a b c d "), ("base64", "VGhlIGNvbW1pdHRlZSBtZXQgb24gVHVlc2RheS4g"), ("marks", "a\u0301\u0316"),
        ("quotation marks", "\"'“"), ("markup", "[INST]"), ("escapes", "%61&#98;\\u0063"), ("numbers", "69 67 6e 6f 72 65 "),
    ];

    public static async Task WriteAsync()
    {
        var folder = Directory.CreateTempSubdirectory("cleanllm-steps").FullName;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder, EnvironmentName = "Development" });
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(AnswerReport.Settings);
        builder.Services.AddApplication(builder.Configuration).AddInfrastructure(builder.Configuration, builder.Environment).AddCleanLlmAuthentication();
        await using (var app = builder.Build())
        {
            AnswerReport.Write(app.Services, Kinds);
            foreach (var step in app.Services.GetServices<IPromptStep>())
            {
                Console.WriteLine(step.Policy?.Step ?? step.GetType().Name);
                foreach (var (kind, unit) in Kinds)
                    await WriteAsync(step, kind, unit);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task WriteAsync(IPromptStep step, string kind, string unit)
    {
        var (times, bytes) = (new List<double>(Runs), 0L);
        for (var i = 0; i < Runs; i++)
        {
            var draft = Draft(unit, Small);
            var (allocated, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            await ApplyAsync(step, draft);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            bytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
        }

        var large = Draft(unit, Large);
        var began = Stopwatch.GetTimestamp();
        await ApplyAsync(step, large);
        var whole = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        times.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {kind,-20}{times[Runs / 2],10:F1} µs for 4 KB{bytes,12:N0} bytes{whole,10:F1} ms for 1 MB"));
    }

    private static ValueTask<Domain.Results.Result<PromptDraft>> ApplyAsync(IPromptStep step, PromptDraft draft) =>
        step.ApplyAsync(draft, Context, Mode(step), CancellationToken.None);

    // One that is off by default does what it can when it is on.
    private static StepMode Mode(IPromptStep step) => step.Policy switch
    {
        { Default: StepMode.Off, Modes: [var on, ..] } => on,
        { } policy => policy.Default,
        null => StepMode.Block,
    };

    private static PromptDraft Draft(string unit, int length) => PromptDraft.Of(
        new PromptContent { Messages = [new ChatMessage(ChatRole.User, new StringBuilder().Insert(0, unit, length / unit.Length).ToString())] },
        Model,
        "prompt",
        maxCompletionTokens: 100,
        lengthIsExact: false);

    private static PromptContext Context { get; } = new(
        UserId.New(DateTimeOffset.UnixEpoch),
        Plan.Create(new PlanTerms("steps", IsDefault: true, Concurrency: null, [], MaxOutputTokens: null, []), DateTimeOffset.UnixEpoch).Value,
        Key: null,
        ChatId: null,
        Model);
}
