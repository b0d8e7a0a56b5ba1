using CleanLlm.Domain.Results;

namespace CleanLlm.Domain.UnitTests.Results;

public sealed class ResultTests
{
    private static readonly Error Refusal = new(ErrorKind.Conflict, "thing.taken", "Taken.");

    [Test]
    public void Value_OfASuccess_IsWhatWasReturned()
    {
        Result<int> result = 7;

        result.IsSuccess.Should().BeTrue();
        result.Value.Should().Be(7);
        result.Error.Should().BeNull();
    }

    [Test]
    public void Value_OfAFailure_IsABugThatNamesTheError()
    {
        Result<int> result = Refusal;

        result.IsSuccess.Should().BeFalse();
        result.Error.Should().Be(Refusal);
        result.Invoking(r => r.Value).Should().Throw<InvalidOperationException>().WithMessage("*thing.taken*");
    }

    [Test]
    public void Failure_BuiltByGenericCode_CarriesTheError() => Fail<Result<string>>(Refusal).Error.Should().Be(Refusal);

    [Test]
    public void Invalid_NamesTheFieldAndItsMessage()
    {
        var error = Error.Invalid("title", "Too long.");

        error.Kind.Should().Be(ErrorKind.Invalid);
        error.Code.Should().Be("validation.failed");
        error.Fields.Should().ContainSingle().Which.Should().BeEquivalentTo(KeyValuePair.Create("title", new[] { "Too long." }));
    }

    private static T Fail<T>(Error error)
        where T : IFailable<T> => T.Failure(error);
}
