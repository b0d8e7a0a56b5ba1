using CleanLlm.Application.Ai;
using CleanLlm.Application.Callers;
using CleanLlm.Application.Models;
using CleanLlm.Application.Quotas;
using CleanLlm.Domain.Models;
using CleanLlm.Domain.Quotas;
using CleanLlm.Domain.Results;
using CleanLlm.Domain.Users;
using NSubstitute;

namespace CleanLlm.Application.UnitTests.Models;

internal sealed class PlanModelTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly IModelCatalog catalog = Substitute.For<IModelCatalog>();
    private readonly IPlanLookup plans = Substitute.For<IPlanLookup>();
    private readonly ICurrentUser user = Substitute.For<ICurrentUser>();

    [SetUp]
    public void ListModels()
    {
        Model[] models = [Named("embed") with { IsEmbedding = true }, Named("small"), Named("large"), Named("other")];
        catalog.ListAsync(default).ReturnsForAnyArgs(models);
        catalog.CandidatesAsync("", default).ReturnsForAnyArgs(ModelCandidates.None);
        catalog.CandidatesAsync("shared", default).Returns(new ModelCandidates([models[2], models[3]], [models[2], models[3]]));
        catalog.CandidatesAsync("large", default).Returns(new ModelCandidates([models[2]], [models[2]]));
    }

    [Test]
    public async Task List_WhenThePlanAllowsAll_HoldsAll_WhatAnswersFirst() => (await ListAsync()).Should().Equal("small", "large", "other", "embed");

    [Test]
    public async Task List_HoldsWhatThePlanAllows() => (await ListAsync("embed", "other", "gone")).Should().Equal("other", "embed");

    [Test]
    public async Task List_WhenThePlanAllowsNoneThatIsServed_IsEmpty() => (await ListAsync("gone")).Should().BeEmpty();

    [TestCase("shared", "other")]
    [TestCase("large", null)]
    [TestCase("unheard-of", null)]
    public async Task Get_WhenTheNameIsOfOtherModels_SaysThereIsNone(string name, string? found)
    {
        Allow("other");

        var model = await new GetModelHandler(catalog, plans, user, Mappings.Mapper).Handle(new GetModel(name), default);

        if (found is null)
            model.Error.Should().BeEquivalentTo(new { Kind = ErrorKind.NotFound, Code = "model.unknown" });
        else
            model.Value.Id.Should().Be(found);
    }

    [Test]
    public async Task WhoIsGone_SeesNone()
    {
        plans.PlanOfAsync(default, default).ReturnsForAnyArgs((Plan?)null);

        (await new ListModelsHandler(catalog, plans, user, Mappings.Mapper).Handle(new ListModels(), default)).Error.Should().Be(AuthErrors.AccountUnavailable);
        (await new GetModelHandler(catalog, plans, user, Mappings.Mapper).Handle(new GetModel("large"), default)).Error.Should().Be(AuthErrors.AccountUnavailable);
    }

    private static Model Named(string id) => new(id, id, "acme", 8_000, 1_000, TokenPrice.Free);

    private async Task<IEnumerable<string>> ListAsync(params string[] allowed)
    {
        Allow(allowed);
        return (await new ListModelsHandler(catalog, plans, user, Mappings.Mapper).Handle(new ListModels(), default)).Value.Select(model => model.Id);
    }

    private void Allow(params string[] models) =>
        plans.PlanOfAsync(default, default).ReturnsForAnyArgs(Plan.Create(new PlanTerms("Plan", true, null, models, null, []), Now).Value);
}
