using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace CleanLlm.ArchitectureTests;

/// <summary>A use case is one file: the request, its validator and its internal handler.</summary>
public sealed class UseCaseTests
{
    private const int LongestHandle = 40;

    [Test]
    public void EveryRequest_HasOneHandler_NamedAfterIt() =>
        Solution.Requests.Should().OnlyContain(request =>
            Solution.Handlers.Count(handler => Solution.RequestOf(handler) == request) == 1
            && Solution.Handlers.Any(handler => handler.FullName == request.FullName + "Handler"));

    [Test]
    public void EveryRequest_AnswersWithAResult() =>
        Solution.Requests.Should().OnlyContain(request => request.GetInterfaces().Any(i =>
            i.IsGenericType
            && i.GetGenericTypeDefinition() == typeof(IRequest<>)
            && i.GetGenericArguments()[0].Name == typeof(Result<>).Name));

    [Test]
    public void WhatIsNamedHandlerOrValidator_IsOne_AndStaysInside()
    {
        var types = Solution.TypesOf(Solution.Application).Where(type => type is { IsClass: true, IsAbstract: false }).ToList();

        types.Where(type => type.Name.EndsWith("Handler", StringComparison.Ordinal))
            .Should().BeEquivalentTo(Solution.Handlers);
        types.Where(type => type.Name.EndsWith("Validator", StringComparison.Ordinal))
            .Should().BeEquivalentTo(types.Where(type => type.IsAssignableTo(typeof(IValidator))));
        types.Where(type => type.IsAssignableTo(typeof(IValidator))).Concat(Solution.Handlers)
            .Should().OnlyContain(type => type.IsNotPublic && type.IsSealed);
    }

    // Text is what a caller can make too long, empty or hostile; ids, numbers and flags are checked by their types.
    [Test]
    public void EveryRequestThatCarriesText_HasAValidatorBesideIt()
    {
        var validators = Solution.TypesOf(Solution.Application)
            .Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(IValidator)))
            .Select(type => type.FullName);

        Solution.Requests.Where(request => request.GetProperties().Any(property => property.PropertyType == typeof(string)))
            .Select(request => request.FullName + "Validator")
            .Should().NotBeEmpty().And.BeSubsetOf(validators);
    }

    [TestCase(typeof(IMediator))]
    [TestCase(typeof(IServiceProvider))]
    [TestCase(typeof(IServiceScopeFactory))]
    public void NoHandler_SendsRequests_OrAsksTheContainer(Type forbidden) =>
        Solution.Handlers.Where(handler => Solution.NeedsOf(handler).Any(need => need.IsAssignableTo(forbidden)))
            .Should().BeEmpty();

    [Test]
    public void EveryHandle_FitsInFortyLines()
    {
        var handles = Solution.SourceFiles("src/Application").SelectMany(file => HandlesOf(file.Path, file.Lines)).ToList();

        handles.Should().HaveCountGreaterThanOrEqualTo(Solution.Handlers.Count);
        handles.Where(handle => handle.Lines > LongestHandle).Should().BeEmpty();
    }

    // The format check keeps the indentation true, so a method ends where its own indentation closes it.
    private static IEnumerable<(string Where, int Lines)> HandlesOf(string path, string[] lines)
    {
        for (var start = 0; start < lines.Length; start++)
        {
            if (!lines[start].Contains(" Handle(", StringComparison.Ordinal) || !lines[start].TrimStart().StartsWith("public ", StringComparison.Ordinal))
                continue;
            var indent = lines[start][..^lines[start].TrimStart().Length];
            var end = Array.FindIndex(lines, start, line => line == indent + "}" || line.Length == 0);
            yield return ($"{path}:{start + 1}", end < 0 ? lines.Length - start : end - start + 1);
        }
    }
}
