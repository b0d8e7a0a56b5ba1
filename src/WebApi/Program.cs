using CleanLlm.Application;
using CleanLlm.Infrastructure;
using CleanLlm.WebApi.Authentication;
using CleanLlm.WebApi.Endpoints;
using CleanLlm.WebApi.Http;
using CleanLlm.WebApi.OpenAi;
using CleanLlm.WebApi.OpenApi;

var builder = WebApplication.CreateBuilder(args);
builder.Services
    .AddApplication(builder.Configuration)
    .AddInfrastructure(builder.Configuration, builder.Environment)
    .AddHttp(builder.Configuration)
    .AddOpenAi()
    .AddCleanLlmAuthentication()
    .AddApiDocument();

var app = builder.Build();
app.UseTrustedProxies();
app.UseResponseHygiene();
app.UseProblems();
app.UseApiDocument();
app.UseCorsList();
app.UseAddressLimits();
app.UseAuthentication();
app.UseAuthorization();

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
api.MapCompletions();
api.MapQuota();
api.MapAccountData();
api.MapAdmin();

await app.RunAsync();
