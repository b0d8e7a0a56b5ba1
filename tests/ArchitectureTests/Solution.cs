using System.Reflection;
using CleanLlm.Application.Completions;
using CleanLlm.Domain.Completions;
using CleanLlm.WebApi.Http;
using MediatR;
using Mono.Cecil;

namespace CleanLlm.ArchitectureTests;

/// <summary>What the rules are about: the four assemblies and the source files they were built from.</summary>
internal static class Solution
{
    public static readonly Assembly Domain = typeof(Completion).Assembly;
    public static readonly Assembly Application = typeof(ICompletionStore).Assembly;
    public static readonly Assembly WebApi = typeof(Problem).Assembly;
    public static readonly Assembly Infrastructure = Assembly.Load(new AssemblyName("CleanLlm.Infrastructure"));

    public static readonly IReadOnlyList<Assembly> Assemblies = [Domain, Application, Infrastructure, WebApi];

    private static readonly Lazy<ArchUnitNET.Domain.Architecture> Loaded =
        new(() => new ArchUnitNET.Loader.ArchLoader().LoadAssemblies([.. Assemblies]).Build());

    /// <summary>Types and what they depend on, method bodies included.</summary>
    public static ArchUnitNET.Domain.Architecture Architecture => Loaded.Value;

    /// <summary>Classes that answer a request.</summary>
    public static IReadOnlyList<Type> Handlers => [.. TypesOf(Application).Where(type => RequestOf(type) is not null)];

    /// <summary>Use cases: what is sent through the mediator.</summary>
    public static IReadOnlyList<Type> Requests =>
        [.. TypesOf(Application).Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IBaseRequest)))];

    private static string Root { get; } = typeof(Solution).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>What we wrote, without what the compiler adds.</summary>
    public static IEnumerable<Type> TypesOf(Assembly assembly) =>
        assembly.GetTypes().Where(type => type.Namespace?.StartsWith("CleanLlm.", StringComparison.Ordinal) == true && !type.Name.Contains('<'));

    /// <summary>The same as they were compiled, without what is nested in them and without the migrations, which EF Core writes.</summary>
    public static IEnumerable<TypeDefinition> CompiledTypesOf(Assembly assembly) => ModuleDefinition.ReadModule(assembly.Location).Types
        .Where(type => type.Name == "Program" || type.Namespace.StartsWith("CleanLlm.", StringComparison.Ordinal))
        .Where(type => !type.Namespace.Contains(".Migrations", StringComparison.Ordinal));

    /// <summary>The request that a handler answers; null for any other type.</summary>
    public static Type? RequestOf(Type handler) => handler.GetInterfaces()
        .FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequestHandler<,>))?.GetGenericArguments()[0];

    /// <summary>What the container has to give a type.</summary>
    public static IEnumerable<Type> NeedsOf(Type type) =>
        type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => parameter.ParameterType);

    /// <summary>A file of the repository.</summary>
    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Hand-written C# files of a folder, by their path within the repository.</summary>
    public static IEnumerable<(string Path, string[] Lines)> SourceFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(Root, file).Replace('\\', '/'), File: file))
            .Where(file => !file.Path.Contains("/Migrations/", StringComparison.Ordinal)
                && !file.Path.Contains("/obj/", StringComparison.Ordinal)
                && !file.Path.Contains("/bin/", StringComparison.Ordinal))
            .Select(file => (file.Path, File.ReadAllLines(file.File)));
}
