using System.Diagnostics;
using System.Globalization;
using System.Text;
using CleanLlm.Application.Answers;
using CleanLlm.Application.Prompting;
using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.Benchmarks;

/// <summary>
/// What each step of answers costs, as a stream of tokens of four characters: nanoseconds a token and microseconds for 4 KB, the median of many runs, the bytes that
/// one run allocates, milliseconds for 1 MB, once, and how many characters were held back: on an average, at most, and before the first one was shown.
/// </summary>
internal static class AnswerReport
{
    private const int Token = 4;
    private const int Small = 4 * 1024;
    private const int Large = 1024 * 1024;
    private const int Runs = 500;

    private static readonly Instruction Instruction = new(TextProvenance.OperatorSystemPrompt, string.Concat(Enumerable.Range(1, 20).Select(i => string.Create(
        CultureInfo.InvariantCulture,
        $"Rule {i}: when a customer of shop {i * 7} asks for the {(i % 2 == 0 ? "price" : "state")} of an order, first look it up with the tool, never guess, and name the day of delivery. Code {i:x4}-7f3c9{i}d2e4.\n"))));

    /// <summary>Rules for the step that has none by itself.</summary>
    public static readonly IReadOnlyDictionary<string, string?> Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["Prompting:Content:Rules:0:Name"] = "words",
        ["Prompting:Content:Rules:0:Words:0"] = "Contoso",
        ["Prompting:Content:Rules:0:Words:1"] = "Fabrikam bikes",
        ["Prompting:Content:Rules:1:Name"] = "pattern",
        ["Prompting:Content:Rules:1:Pattern"] = @"\bticket [0-9]{4}\b",
    };

    public static void Write(IServiceProvider services, IReadOnlyList<(string Kind, string Unit)> kinds)
    {
        foreach (var step in services.GetServices<IAnswerStep>())
        {
            foreach (var mode in step.Policy is { } policy ? new[] { policy.Default, StepMode.Flag, StepMode.Block }.Distinct() : [StepMode.Block])
            {
                Console.WriteLine($"{step.Policy?.Step ?? step.GetType().Name}, {mode.ToString().ToLowerInvariant()}");
                foreach (var (kind, unit) in kinds)
                    Write(step, mode, kind, unit);
            }
        }
    }

    private static void Write(IAnswerStep step, StepMode mode, string kind, string unit)
    {
        var (times, bytes) = (new List<double>(Runs), 0L);
        var tokens = Tokens(unit, Small);
        var held = new Held();
        for (var i = 0; i < Runs; i++)
        {
            var context = Context();
            // The index of the instructions is made once for many answers.
            _ = step.Begin(AnswerStrand.Text, context, mode);
            var (allocated, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            Run(step, mode, context, tokens, held: i == 0 ? held : null);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            bytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
        }

        var large = Tokens(unit, Large);
        var began = Stopwatch.GetTimestamp();
        Run(step, mode, Context(), large, held: null);
        var whole = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        times.Sort();
        var median = times[Runs / 2];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {kind,-20}{median * 1000 / tokens.Count,8:F0} ns a token{median,10:F1} µs for 4 KB{bytes,12:N0} bytes{whole,10:F1} ms for 1 MB   held {held.Mean,6:F1}, at most {held.Most,4}, first {held.First,4}"));
    }

    private static void Run(IAnswerStep step, StepMode mode, AnswerContext context, List<string> tokens, Held? held)
    {
        if (step.Begin(AnswerStrand.Text, context, mode) is not { } filter)
            return;
        foreach (var token in tokens)
        {
            var shown = filter.Push(token);
            held?.Note(filter.HeldBack, shown.Length);
        }

        filter.Flush();
    }

    private static AnswerContext Context() => new(UserId.New(DateTimeOffset.UnixEpoch))
    {
        Instructions = [Instruction],
        Restorations = Restorations.None.With("<EMAIL_1>", "ann@example.com"),
    };

    private static List<string> Tokens(string unit, int length)
    {
        var text = new StringBuilder().Insert(0, unit, length / unit.Length).ToString();
        var tokens = new List<string>(length / Token + 1);
        for (int i = 0, size; i < text.Length; i += size)
        {
            size = Math.Min(Token, text.Length - i);
            if (i + size < text.Length && char.IsHighSurrogate(text[i + size - 1]))
                size++;
            tokens.Add(text.Substring(i, size));
        }

        return tokens;
    }

    private sealed class Held
    {
        private long sum;
        private int count;
        private bool hasShown;

        public int Most { get; private set; }

        public int First { get; private set; }

        public double Mean => count == 0 ? 0 : (double)sum / count;

        public void Note(int held, int shown)
        {
            (sum, count, Most) = (sum + held, count + 1, Math.Max(Most, held));
            hasShown |= shown > 0;
            if (!hasShown)
                First = Math.Max(First, held);
        }
    }
}
