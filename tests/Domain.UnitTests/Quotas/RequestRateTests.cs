using CleanLlm.Domain.Quotas;

namespace CleanLlm.Domain.UnitTests.Quotas;

public sealed class RequestRateTests
{
    [TestCase(1, null, true)]
    [TestCase(RequestRate.MaxPerMinute, null, true)]
    [TestCase(RequestRate.MaxPerMinute + 1, null, false)]
    [TestCase(0, null, false)]
    [TestCase(5, 1, true)]
    [TestCase(5, 5, true)]
    [TestCase(5, 6, false)]
    [TestCase(5, 0, false)]
    public void IsValid_WithinItsBounds(int perMinute, int? ofKey, bool isValid) =>
        new RequestRate(RequestClass.Read, perMinute, ofKey).IsValid.Should().Be(isValid);

    [Test]
    public void IsValid_ForAKnownClassOnly() => new RequestRate((RequestClass)99, 5).IsValid.Should().BeFalse();
}
