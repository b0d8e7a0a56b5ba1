using CleanLlm.Testing;
using CleanLlm.WebApi.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CleanLlm.WebApi.FunctionalTests.Hygiene;

/// <summary>How a run ends: 0 only where it was told to stop; a failure of any part is told, and a refused start is not what it is called later.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ProgramEndTests
{
    private const string Refused = "does not start";

    [Test]
    public async Task ToldToStop_EndsWith0()
    {
        var (code, output) = await RunAsync(_ => { }, app => app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication));

        (code, output).Should().Be((0, ""));
    }

    [Test]
    public async Task ToldToStopWhileItStarts_EndsWith0()
    {
        var (code, output) = await RunAsync(
            services => services.AddHostedService(_ => new Starting(ct => Task.Delay(Timeout.Infinite, ct))),
            app => _ = Task.Run(app.Lifetime.StopApplication));

        (code, output).Should().Be((0, ""));
    }

    [Test]
    public async Task AnythingElseThatIsCancelled_IsAFailure()
    {
        var (code, output) = await RunAsync(services => services.AddHostedService(_ => new Starting(_ => throw new TaskCanceledException("too slow"))));

        code.Should().Be(1);
        output.Should().Contain("too slow").And.NotContain(Refused);
    }

    [Test]
    public async Task AServiceThatFallsWhileOthersStart_IsTheFailure()
    {
        var (code, output) = await RunAsync(services => services
            .AddHostedService(_ => new Falling(_ => throw new InvalidOperationException("fell early")))
            .AddHostedService(_ => new Starting(ct => Task.Delay(Timeout.Infinite, ct))));

        code.Should().Be(1);
        output.Should().Contain("fell early").And.Contain("   at ", "the log is silent until the program has started");
    }

    [TestCase(typeof(InvalidOperationException))]
    [TestCase(typeof(IOException))]
    [TestCase(typeof(OperationCanceledException))]
    public async Task AServiceThatFallsLater_EndsTheProgram_AndNotWith0(Type fault)
    {
        var (code, output) = await RunAsync(services => services.AddHostedService(provider => new Falling(async ct =>
        {
            await provider.GetRequiredService<Started>().Task.WaitAsync(ct);
            throw (Exception)Activator.CreateInstance(fault, "fell late")!;
        })));

        code.Should().Be(1);
        output.Should().StartWith("CleanLlm has ended by a failure").And.NotContain(Refused);
    }

    [Test]
    public async Task AStopThatFails_IsNoRefusedStart()
    {
        var (code, output) = await RunAsync(
            services => services.AddHostedService(_ => new Stopping(_ => throw new IOException("no disk"))),
            app => app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication));

        code.Should().Be(1);
        output.Should().Contain("no disk").And.NotContain(Refused);
    }

    [Test]
    public async Task ADisposalThatFails_IsNoRefusedStart()
    {
        var (code, output) = await RunAsync(
            services => services.AddSingleton<IHostedService>(_ => new Leaking()),
            app => app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication));

        code.Should().Be(1);
        output.Should().StartWith("CleanLlm has ended by a failure").And.Contain("no disk").And.NotContain(Refused);
    }

    [Test]
    public void AServiceThatFell_IsFound_ThoughTheStopHasNotNotedIt()
    {
        var fallen = new FallenServices(() => [Task.FromException(new IOException("fell")), Task.FromCanceled(new CancellationToken(canceled: true))]);

        fallen.Look(isCancellationFailure: false);
        fallen.Look(isCancellationFailure: true);

        fallen.All.Should().ContainSingle().Which.Message.Should().Be("fell");
    }

    // A stop may cancel what a service does, which is no failure of it.
    [Test]
    public async Task AServiceThatWaitsUntilTheStop_EndsWith0()
    {
        var (code, output) = await RunAsync(
            services => services.AddHostedService(_ => new Falling(ct => Task.Delay(Timeout.Infinite, ct))),
            app => app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication));

        (code, output).Should().Be((0, ""));
    }

    private static async Task<(int Code, string Output)> RunAsync(Action<IServiceCollection> add, Action<WebApplication>? then = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        StartingLogs.Register(builder.Services);
        var started = new Started();
        builder.Services.AddSingleton(started);
        add(builder.Services);
        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(started.SetResult);
        then?.Invoke(app);
        await using var output = new StringWriter();
        var code = await ProgramLifetime.RunAsync(app, output).WaitAsync(Patience.Limit);
        return (code, output.ToString());
    }

    private sealed class Started : TaskCompletionSource
    {
        public Started()
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
        }
    }

    private sealed class Starting(Func<CancellationToken, Task> start) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => start(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Stopping(Func<CancellationToken, Task> stop) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => stop(cancellationToken);
    }

    private sealed class Leaking : IHostedService, IDisposable
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => throw new IOException("no disk");
    }

    private sealed class Falling(Func<CancellationToken, Task> execute) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => execute(stoppingToken);
    }
}
