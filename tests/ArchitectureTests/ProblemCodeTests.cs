using System.Text.RegularExpressions;
using CleanLlm.Domain.Results;
using CleanLlm.WebApi.Http;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace CleanLlm.ArchitectureTests;

/// <summary>Front ends branch on the codes of failures, so the one list of them is what the compiled program answers with.</summary>
public sealed partial class ProblemCodeTests
{
    private const string KindOfFailure = "CleanLlm.Domain.Results.ErrorKind";

    private static readonly string[] Failures = [typeof(Error).FullName!, typeof(Problem).FullName!];

    [Test]
    public void ACodeThatTheProgramAnswersWith_IsListed() => Answered().Should().BeSubsetOf(ProblemCodes.All);

    [Test]
    public void AListedCode_IsOneThatTheProgramAnswersWith() => ProblemCodes.All.Should().BeSubsetOf(Answered());

    [Test]
    public void TheList_IsInOrderAndHasNoCodeTwice() =>
        ProblemCodes.All.Should().Equal(ProblemCodes.All.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    [Test]
    public void AListedCode_IsInTheDocumentationOfFailures()
    {
        var text = Solution.Text("docs/architecture.md");
        ProblemCodes.All.Where(code => !text.Contains($"`{code}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    // The dotted texts of methods that make a failure, read from the compiled bodies: whichever way a code gets into one, its text is there.
    private static HashSet<string> Answered() =>
        Solution.Assemblies
            .SelectMany(assembly => ModuleDefinition.ReadModule(assembly.Location).GetTypes())
            .SelectMany(type => type.Methods)
            .Where(method => method.HasBody && (IsFailure(method.ReturnType) || method.Body.Instructions.Any(MakesFailure)))
            .SelectMany(method => method.Body.Instructions)
            .Where(instruction => instruction.OpCode == OpCodes.Ldstr)
            .Select(instruction => (string)instruction.Operand)
            .Where(text => Code().IsMatch(text))
            .ToHashSet(StringComparer.Ordinal);

    private static bool MakesFailure(Instruction instruction) =>
        instruction.Operand is MethodReference method
        && IsFailure(method.DeclaringType)
        && (method.Name == "set_Code" || method.Parameters.Any(parameter => parameter.ParameterType.FullName is "System.Int32" or KindOfFailure));

    private static bool IsFailure(TypeReference type) => Failures.Contains(type.FullName, StringComparer.Ordinal);

    [GeneratedRegex(@"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Code();
}
