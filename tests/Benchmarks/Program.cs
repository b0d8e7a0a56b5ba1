using BenchmarkDotNet.Running;
using CleanLlm.Benchmarks;

if (args is ["prompts"])
    PromptReport.Write();
else
    BenchmarkSwitcher.FromAssembly(typeof(AuthenticationBenchmark).Assembly).Run(args);
