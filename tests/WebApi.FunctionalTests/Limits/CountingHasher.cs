using CleanLlm.Infrastructure.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CleanLlm.WebApi.FunctionalTests.Limits;

/// <summary>Counts how often a program hashes a password: what a sign-in costs, however fast the machine is.</summary>
internal sealed class CountingHasher
{
    private int hashed;

    /// <summary>Hashes so far.</summary>
    public int Hashed => Volatile.Read(ref hashed);

    /// <summary>Stands before the program's own hasher.</summary>
    public void Observe(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton<IPasswordHasher<UserCredential>>(
        provider => new Hasher(this, ActivatorUtilities.CreateInstance<PasswordHasher<UserCredential>>(provider))));

    private sealed class Hasher(CountingHasher counter, PasswordHasher<UserCredential> real) : IPasswordHasher<UserCredential>
    {
        public string HashPassword(UserCredential user, string password)
        {
            Interlocked.Increment(ref counter.hashed);
            return real.HashPassword(user, password);
        }

        public PasswordVerificationResult VerifyHashedPassword(UserCredential user, string hashedPassword, string providedPassword)
        {
            Interlocked.Increment(ref counter.hashed);
            return real.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
