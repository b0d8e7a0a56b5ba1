using CleanLlm.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace CleanLlm.Infrastructure.IntegrationTests.Persistence;

internal sealed class DatabaseFaultTests
{
    private readonly DatabaseFaults faults = new();

    [Test]
    public void AConflict_IsWhatWasChangedMeanwhile_AndNothingElse()
    {
        faults.IsConflict(new DbUpdateConcurrencyException("changed")).Should().BeTrue();
        faults.IsConflict(new DbUpdateException("refused")).Should().BeFalse();
        faults.IsConflict(new TimeoutException()).Should().BeFalse();
        faults.IsTransient(new DbUpdateConcurrencyException("changed")).Should().BeFalse();
    }
}
