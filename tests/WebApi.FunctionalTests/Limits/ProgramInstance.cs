using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using CleanLlm.Testing;
using CleanLlm.WebApi.FunctionalTests.Api;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.Limits;

/// <summary>One instance of the program with exactly the given settings; several may share their servers.</summary>
internal sealed class ProgramInstance(IReadOnlyDictionary<string, string> settings, Action<IServiceCollection>? change = null)
    : ProgramHost
{
    /// <summary>Where it listens.</summary>
    public Uri Address => ClientOptions.BaseAddress;

    /// <summary>Starts one.</summary>
    public static ProgramInstance Start(IReadOnlyDictionary<string, string> settings, Action<IServiceCollection>? change = null)
    {
        var instance = new ProgramInstance(settings, change);
        instance.UseKestrel(port: 0);
        instance.StartServer();
        return instance;
    }

    /// <summary>A caller whose packets come from an address of its own: all of 127.0.0.0/8 is this machine.</summary>
    public HttpClient From(string address)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port), ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler) { BaseAddress = Address, Timeout = Patience.Limit };
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseQuickHashing();
        foreach (var (name, value) in settings)
            builder.UseSetting(name, value);
        if (change is not null)
            builder.ConfigureTestServices(change);
    }
}

/// <summary>Calls with headers of one's own.</summary>
internal static class Calls
{
    /// <summary>Posts JSON, with a header when one is given.</summary>
    public static async Task<ApiAnswer> PostAsync(this HttpClient http, string path, object body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        return await ApiAnswer.ReadAsync(response);
    }

    /// <summary>Sends without a body.</summary>
    public static async Task<ApiAnswer> SendAsync(this HttpClient http, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        return await ApiAnswer.ReadAsync(response);
    }

    /// <summary>Tries a password.</summary>
    public static Task<ApiAnswer> LoginAsync(this HttpClient http, string email, string password, params (string Name, string Value)[] headers) =>
        http.PostAsync("/api/v1/auth/login", new { email, password }, headers);
}
