using BenchmarkDotNet.Running;
using CleanLlm.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(AuthenticationBenchmark).Assembly).Run(args);
