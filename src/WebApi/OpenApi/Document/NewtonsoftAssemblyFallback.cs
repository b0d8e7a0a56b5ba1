using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace CleanLlm.WebApi.OpenApi.Document;

/// <summary>
/// NSwag.AspNetCore 14.8.0 was built against NJsonSchema.NewtonsoftJson 11.6.2, of which package feeds hold 11.6.1 only. The runtime
/// refuses a lower version by itself; the two have the same surface, so this answers with the one that is there.
/// Delete this file, and the direct package reference, when 11.6.2 restores.
/// </summary>
internal static class NewtonsoftAssemblyFallback
{
    private const string Wanted = "NJsonSchema.NewtonsoftJson";

    // Before anything of NSwag is loaded, which happens while the services are registered.
    [ModuleInitializer]
    internal static void Install() => AssemblyLoadContext.Default.Resolving += Resolve;

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == Wanted ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, Wanted + ".dll")) : null;
}
