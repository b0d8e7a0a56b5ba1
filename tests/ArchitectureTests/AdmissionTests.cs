using System.Reflection;
using CleanLlm.Application.Ai;
using CleanLlm.Application.Completions.Admitting;
using CleanLlm.Application.Completions.Embeddings;
using CleanLlm.Application.Completions.Running;
using CleanLlm.Infrastructure.Ai.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Hosting;
using MethodMember = ArchUnitNET.Domain.MethodMember;

namespace CleanLlm.ArchitectureTests;

/// <summary>
/// Nothing reaches a model but through the <see cref="CompletionRunner"/>, and no embedding model but through the
/// <see cref="EmbeddingRunner"/>: both reserve quota before they ask.
/// </summary>
public sealed class AdmissionTests
{
    private static readonly Type[] Ports = [typeof(IChatRouter), typeof(IEmbeddingRouter)];

    // What providers are: code that holds one would ask it without the router, and without quota.
    private static readonly Type[] Clients = [typeof(IChatClient), typeof(IEmbeddingGenerator), typeof(IEmbeddingGenerator<,>)];

    [Test]
    public void ARouter_IsHeldInApplicationOnlyByTheRunnersOwnHalf()
    {
        HoldersOf(typeof(IChatRouter)).Should().Equal(typeof(CompletionAnswering));
        HoldersOf(typeof(CompletionAnswering)).Should().Equal(typeof(CompletionRunner));
        HoldersOf(typeof(IEmbeddingRouter)).Should().Equal(typeof(EmbeddingRunner));
    }

    [Test]
    public void TheRunners_AreHeldOnlyByUseCases()
    {
        HoldersOf(typeof(CompletionRunner)).Should().NotBeEmpty().And.BeSubsetOf(Solution.Handlers);
        HoldersOf(typeof(EmbeddingRunner)).Should().NotBeEmpty().And.BeSubsetOf(Solution.Handlers);
    }

    [Test]
    public void NoTypeOfTheWebApi_TouchesAModelOrARunner() =>
        UsersOf(Solution.WebApi, [.. Ports, .. Clients, typeof(CompletionRunner), typeof(CompletionAnswering), typeof(EmbeddingRunner)]).Should().BeEmpty();

    [Test]
    public void NoOtherTypeOfApplication_NamesARouter()
    {
        UsersOf(Solution.Application, typeof(IChatRouter)).Should().Equal(typeof(CompletionAnswering).FullName);
        UsersOf(Solution.Application, typeof(IEmbeddingRouter)).Should().Equal(typeof(EmbeddingRunner).FullName);
    }

    [Test]
    public void NoTypeOfApplication_NamesAModelClient() => UsersOf(Solution.Application, Clients).Should().BeEmpty();

    // Routers and providers' clients are made and used by the AI side alone: what else Infrastructure does has to ask a use case.
    [Test]
    public void NoTypeOfInfrastructureBesideTheAiSide_NamesAModelClientOrARouter()
    {
        var users = UsersOf(Solution.Infrastructure, [.. Ports, .. Clients]).ToList();

        users.Should().Contain(typeof(ChatRouter).FullName);
        users.Where(user => !user.StartsWith("CleanLlm.Infrastructure.Ai.", StringComparison.Ordinal)).Should().BeEmpty();
    }

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

    // A port does not use itself.
    private static IEnumerable<string> UsersOf(Assembly project, params Type[] wanted)
    {
        var names = wanted.Select(type => type.FullName!).ToHashSet(StringComparer.Ordinal);
        return Solution.CompiledTypesOf(project)
            .Where(type => !names.Contains(type.FullName) && TypeUses.Of(type).Any(names.Contains))
            .Select(type => type.FullName);
    }
}
