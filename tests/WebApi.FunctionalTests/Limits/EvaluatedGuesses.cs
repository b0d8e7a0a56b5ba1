using System.Collections.Concurrent;
using System.Reflection;
using CleanLlm.Application.Accounts;
using CleanLlm.Domain.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.WebApi.FunctionalTests.Limits;

/// <summary>Counts the passwords that are compared with an account's own, on all instances it was put into; hashing costs little there.</summary>
internal sealed class EvaluatedGuesses
{
    private const int CheapIterations = 1_000;

    private readonly ConcurrentDictionary<string, int> counts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many of an account were.</summary>
    public int Of(string email) => counts.GetValueOrDefault(email);

    /// <summary>Stands between the sign-in and the store of passwords.</summary>
    public void Observe(IServiceCollection services)
    {
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = CheapIterations);
        var real = services.Last(service => service.ServiceType == typeof(ICredentials)).ImplementationType!;
        services.AddScoped(provider =>
        {
            var observer = DispatchProxy.Create<ICredentials, GuessObserver>();
            ((GuessObserver)(object)observer).Set((ICredentials)ActivatorUtilities.CreateInstance(provider, real), Count);
            return observer;
        });
    }

    private void Count(string email) => counts.AddOrUpdate(email, 1, (_, count) => count + 1);
}

/// <summary>Passes every call on; public and open, because its proxy derives from it.</summary>
public class GuessObserver : DispatchProxy
{
    private ICredentials? real;
    private Action<string>? count;

    internal void Set(ICredentials credentials, Action<string> counter) => (real, count) = (credentials, counter);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(ICredentials.VerifyAsync) && args is [EmailAddress email, _, true, ..])
            count!(email.Value);
        return targetMethod.Invoke(real, args);
    }
}
