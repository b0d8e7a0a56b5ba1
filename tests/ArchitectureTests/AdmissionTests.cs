using ArchUnitNET.Domain;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Embeddings;
using CleanLlm.Application.Completions.Running;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Hosting;

namespace CleanLlm.ArchitectureTests;

/// <summary>
/// Nothing reaches a model but through the <see cref="CompletionRunner"/>, and no embedding model but through the
/// <see cref="EmbeddingRunner"/>: both reserve quota before they ask.
/// </summary>
public sealed class AdmissionTests
{
    private static readonly Type Embeddings = typeof(IEmbeddingGenerator<string, Embedding<float>>);

    [Test]
    public void AModelClient_IsHeldInApplicationOnlyByTheRunnersOwnHalf()
    {
        HoldersOf(typeof(IChatClient)).Should().Equal(typeof(CompletionAnswering));
        HoldersOf(typeof(CompletionAnswering)).Should().Equal(typeof(CompletionRunner));
        HoldersOf(Embeddings).Should().Equal(typeof(EmbeddingRunner));
    }

    [Test]
    public void TheRunners_AreHeldOnlyByUseCases()
    {
        HoldersOf(typeof(CompletionRunner)).Should().NotBeEmpty().And.BeSubsetOf(Solution.Handlers);
        HoldersOf(typeof(EmbeddingRunner)).Should().NotBeEmpty().And.BeSubsetOf(Solution.Handlers);
    }

    [Test]
    public void NoTypeOfTheWebApi_TouchesAModelClientOrARunner() =>
        Solution.Architecture.Types
            .Where(type => type.Assembly.FullName == Solution.WebApi.FullName && DependsOn(type, typeof(IChatClient), typeof(IEmbeddingGenerator<,>), typeof(CompletionRunner), typeof(CompletionAnswering), typeof(EmbeddingRunner)))
            .Select(type => type.FullName)
            .Should().BeEmpty();

    [Test]
    public void NoOtherTypeOfApplication_NamesAModelClient() =>
        Solution.Architecture.Types
            .Where(type => type.Assembly.FullName == Solution.Application.FullName && DependsOn(type, typeof(IChatClient)))
            .Select(type => type.FullName.Split('+')[0])
            .Distinct()
            .Should().Equal(typeof(CompletionAnswering).FullName);

    [Test]
    public void NoOtherTypeOfApplication_NamesAnEmbeddingGenerator() =>
        Solution.Architecture.Types
            .Where(type => type.Assembly.FullName == Solution.Application.FullName && DependsOn(type, typeof(IEmbeddingGenerator<,>)))
            .Select(type => type.FullName.Split('+')[0])
            .Distinct()
            .Should().Equal(typeof(EmbeddingRunner).FullName);

    // What no endpoint starts is work of the program's own, which a hosted service starts.
    [Test]
    public void EveryUseCaseThatReachesAModel_HasItsEndpoints_OrItsBackgroundWork()
    {
        var requests = HoldersOf(typeof(CompletionRunner)).Concat(HoldersOf(typeof(EmbeddingRunner))).Select(handler => Solution.RequestOf(handler)!).ToList();

        var background = Solution.TypesOf(Solution.Infrastructure)
            .Where(type => type.IsAssignableTo(typeof(BackgroundService)))
            .Select(type => type.FullName)
            .ToHashSet(StringComparer.Ordinal);

        var routes = (from request in requests
                      from type in Solution.Architecture.Types
                      where type.FullName.StartsWith("CleanLlm.WebApi.Endpoints.", StringComparison.Ordinal) || background.Contains(type.FullName)
                      from member in type.Members.OfType<MethodMember>()
                      where member.Dependencies.Any(dependency => dependency.Target.FullName == request.FullName)
                      select (Request: request, Endpoint: $"{type.Name}.{member.Name.Split('(')[0]}")).Distinct().ToList();

        routes.ForEach(route => TestContext.Out.WriteLine($"{route.Endpoint} -> {route.Request.Name} -> a runner"));
        routes.Select(route => route.Request).Distinct().Should().BeEquivalentTo(requests);
    }

    private static IEnumerable<Type> HoldersOf(Type wanted) =>
        Solution.TypesOf(Solution.Application).Where(type => Solution.NeedsOf(type).Contains(wanted));

    private static bool DependsOn(IType type, params Type[] wanted) =>
        type.Dependencies.Any(dependency => wanted.Any(target => target.FullName == dependency.Target.FullName));
}
