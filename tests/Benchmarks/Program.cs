using BenchmarkDotNet.Running;
using CleanLlm.Benchmarks;

switch (args)
{
    case ["prompts"]:
        PromptReport.Write();
        return 0;
    case ["steps"]:
        await StepReport.WriteAsync();
        return 0;
    case ["screening", .. var options]:
        return ScreeningReport.Write(options);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(AuthenticationBenchmark).Assembly).Run(args);
        return 0;
}
