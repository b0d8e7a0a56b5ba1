using static CleanLlm.Application.UnitTests.Prompting.Redaction.Redactions;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

internal sealed class IpTests
{
    [TestCase("203.0.113.7", "<IP_1>")]
    [TestCase("from 192.168.1.10:8080.", "from <IP_1>:8080.")]
    [TestCase("172.16.254.1/24", "<IP_1>/24")]
    [TestCase("http://198.51.100.23/a", "http://<IP_1>/a")]
    [TestCase("ssh root@10.0.0.5", "ssh root@<IP_1>")]
    [TestCase("the server 10.0.0.5 is down", "the server <IP_1> is down")]
    [TestCase("10.1.2.3:443", "<IP_1>:443")]
    [TestCase("version 203.0.113.7:80", "version <IP_1>:80")]
    [TestCase("2001:db8::1", "<IP_1>")]
    [TestCase("[2001:DB8::1]:443", "[<IP_1>]:443")]
    [TestCase("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "<IP_1>")]
    [TestCase("fe80::1ff:fe23:4567:890a%eth0", "<IP_1>%eth0")]
    [TestCase("fd12:3456:789a::/48", "<IP_1>/48")]
    [TestCase("::ffff:203.0.113.7", "<IP_1>")]
    [TestCase("it is 2001:db8::1: down", "it is <IP_1>: down")]
    [TestCase("١٩٢.١٦٨.١.١٠", "<IP_1>")]
    public void AnAddress_IsReplaced(string text, string sent) => Pii(text).Should().Be(sent);

    [TestCase("1.2.3.4")]
    [TestCase("10.0.401")]
    [TestCase("v203.0.113.7")]
    [TestCase("version 203.0.113.7")]
    [TestCase("Chrome/120.0.6099.109")]
    [TestCase("bump x from 1.2.3.4 to 1.2.3.5")]
    [TestCase("127.0.0.1, 0.0.0.0, 255.255.255.0, ::1, ::")]
    [TestCase("256.1.1.1 and 192.168.01.1 and 192.168.1.1.1")]
    [TestCase("1.3.6.1.4.1.311")]
    [TestCase("12:30:45 and 2024-01-15T10:30:00Z")]
    [TestCase("aa:bb:cc:dd:ee:ff")]
    [TestCase("std::dec, a::b, dead::beef, face::b00c::1")]
    [TestCase("2001:db8:::1 and 2001:db8::1::2")]
    [TestCase("3f:4a:5b:6c:7d:8e:9f:00:11:22:33:44:55:66:77:88")]
    public void WhatIsNone_OrNobodys_Stays(string text) => Pii(text).Should().Be(text);
}
