using CleanLlm.Domain.Sessions;

namespace CleanLlm.Domain.UnitTests.Sessions;

public sealed class SessionClientTests
{
    [TestCase("192.0.2.1", "192.0.2.1")]
    [TestCase("::ffff:192.0.2.1", "192.0.2.1")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:3::9", "2001:db8:1:3::/64")]
    [TestCase("fe80::1%eth0", "fe80::/64")]
    [TestCase(null, "unknown")]
    [TestCase("a socket file", "unknown")]
    public void Network_TellsCallersApart(string? address, string network) => new SessionClient(address, null).Network.Should().Be(network);
}
