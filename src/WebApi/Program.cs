using CleanLlm.Application;
using CleanLlm.Infrastructure;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Endpoints;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenAi;
using CleanLlm.WebApi.OpenApi.Document;
using CleanLlm.WebApi.Startup;
using CleanLlm.WebApi.Streaming;

try
{
    // Settings are read beside the program, wherever it is started; data lie below the folder that it is started in.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Environment.ContentRootPath = Environment.CurrentDirectory;
    StartingLogs.Register(builder.Services);
    builder.Services
        .AddApplication(builder.Configuration)
        .AddInfrastructure(builder.Configuration, builder.Environment)
        .AddHttp(builder.Configuration)
        .AddStreaming()
        .AddOpenAi(builder.Configuration)
        .AddCleanLlmAuthentication()
        .AddApiDocument();
    EarlySettings.Check(builder.Services, builder.Configuration);

    var app = builder.Build();
    if (RotateKeysCommand.IsGiven(args))
        return await RotateKeysCommand.RunAsync(app, Console.Out, CancellationToken.None);

    app.UseTrustedProxies();
    app.UseResponseHygiene();
    app.UseHeadRequests();
    app.UseProblems();
    app.UseReadableRequests();
    app.UseRouting();
    app.UseBodyLimits();
    app.UseApiDocument();
    app.UseCorsList();
    app.UseAddressLimits();
    app.UseAuthentication();
    app.UseAuthorization();
    app.UseRequestRates();
    app.UseRequestBodies();

    app.MapOperations();
    app.MapJwks();
    app.MapOpenAi();

    // A call is for signed-in users unless it says otherwise.
    var api = app.MapGroup("/api/v1").RequireAuthorization();
    api.MapAuth();
    api.MapExternalSignIn();
    api.MapSessions();
    api.MapUsers();
    api.MapApiKeys();
    api.MapPasswords();
    api.MapTwoFactor();
    api.MapModels();
    api.MapChats();
    api.MapTemplates();
    api.MapCompletions();
    api.MapQuota();
    api.MapAccountData();
    api.MapAdmin();

    return await ProgramLifetime.RunAsync(app, Console.Error);
}
catch (Exception failure) when (failure is not HostAbortedException)
{
    return StartFailure.Report(failure, isToldToStop: false, Console.Error);
}
