using CleanLlm.WebApi.OpenAi;

namespace CleanLlm.WebApi.FunctionalTests.OpenAi;

/// <summary>Which addresses a provider may be told to fetch from. By IANA's registries of special-purpose addresses and names.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RemoteAddressTests
{
    private static readonly string[] Public =
    [
        "example.org", "EXAMPLE.ORG", "a-b.example.co.uk", "cdn_1.example.org", "bücher.example.org", "xn--bcher-kva.example.org", "例え.jp", "例え.テスト例", "a.xn--p1ai", "internal.example.org",
        "local.com", "localhost.com", "1.1.1.1.example.org", "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "192.0.1.1", "[2606:2800:220:1::1]", "[2001:4860:4860::8888]", "[2a00:1450::1]", "example.org:80",
    ];

    private static readonly string[] OfIPv4 =
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.255",
        "169.254.0.0", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1",
        "192.88.99.1", "192.168.0.1", "192.168.255.255", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    ];

    private static readonly string[] OfIPv4InAnotherSpelling =
    [
        "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7F.0x0.0x0.0x1", "0177.0.0.1", "017700000001", "127.0.0.1.", "169.254.169.254.",
        "2130706433.", "0x7f.1.", "127.0.0.1..", "①②⑦.0.0.1", "１２７.０.０.１", "127。0。0。1", "169｡254｡169｡254", "8.8.8.8.", "256.256.256.256", "1.2.3.4.5", "1.2.3.08",
        "example.0x7f", "example.1",
    ];

    private static readonly string[] OfIPv6 =
    [
        "[::]", "[::1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:8.8.8.8]", "[::ffff:0:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
        "[64:ff9b:1:ffff:ffff:ffff:169.254.169.254]", "[100::1]", "[100:0:0:1::1]", "[2001::1]", "[2001:0:7f00:1::]", "[2001:2::1]", "[2001:10::1]", "[2001:1ff:ffff::1]",
        "[2001:db8::1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2620:4f:8000::1]", "[3fff::1]", "[3fff:fff::1]", "[4000::1]", "[5f00::1]", "[fc00::1]",
        "[fd00:ec2::254]", "[fe80::1]", "[febf::1]", "[fec0::1]", "[feff::1]", "[ff02::1]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "[::1].", "[::1]%2e",
    ];

    private static readonly string[] Names =
    [
        "localhost", "LOCALHOST", "localhost.", "a.localhost", "a.localhost.", "localhost.localdomain", "printer.local", "printer.local.", "metadata.google.internal",
        "metadata.google.internal.", "a.intranet", "a.lan", "a.LAN.", "a.home", "a.home.arpa", "ipv4only.arpa", "1.0.0.127.in-addr.arpa", "a.corp", "a.private",
        "a.test", "a.invalid", "a.example", "a.onion", "a.alt", "api.default.svc", "x.svc", "ollama.default", "vllm.models", "gpu.kube-system", "api.team-a", "10-0-0-1.default.pod", "vault.service.consul", "database", "database.", "a", "ｌｏｃａｌｈｏｓｔ", "a。localhost", "a.ｌｏｃａｌ",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "example.org.", "example.org..", ".example.org", "a..example.org", "例え", "-",
    ];

    private static readonly string[] Whole =
    [
        "http://user@example.org/a.png", "http://user:word@example.org/a.png", "http://example.org@127.0.0.1/", "http://@example.org/", "http://example.org\\@127.0.0.1/",
        "http:\\\\127.0.0.1\\", "http:\\\\example.org/", "http:example.org", "http:/example.org/", "http:///example.org/", "http://", "http://?a", "//example.org/a.png", "example.org/a.png",
        "http://example.org:8080/a.png", "http://example.org:443/a.png", "https://example.org:80/a.png", "http://example.org:6379/", "http://example.org:99999/",
        "ftp://example.org/a.png", "file:///etc/passwd", "file://example.org/a", "gopher://example.org/", "javascript:alert(1)", "ws://example.org/", "dict://example.org/", "blob:http://example.org/a",
        " http://example.org/a.png", "http://example.org/a.png ", "http://example.org/a\tb", "ht\ntp://example.org/a", "http://exa\tmple.org/", "http://127.0.0.1\u00A0/", "http://example.org/\0",
        "http://127.0.0.1%2f.example.org/", "http://%31%32%37.0.0.1/", "http://local%68ost/", "http://[::1]:80@example.org/", "http://example.org%00.local/", "",
    ];

    [TestCaseSource(nameof(Public))]
    public void AHostOfTheInternet_IsTaken(string host) => RemoteAddress.Read($"http://{host}/a.png?b=c@d%20e#f", allowPrivate: false).Should().NotBeNull();

    [TestCaseSource(nameof(OfIPv4))]
    [TestCaseSource(nameof(OfIPv4InAnotherSpelling))]
    [TestCaseSource(nameof(OfIPv6))]
    [TestCaseSource(nameof(Names))]
    public void AnyOtherHost_IsRefused_WhateverTheScheme(string host)
    {
        RemoteAddress.Read($"http://{host}/a.png", allowPrivate: false).Should().BeNull();
        RemoteAddress.Read($"https://{host}", allowPrivate: false).Should().BeNull();
        RemoteAddress.Read($"HTTP://{host}?a", allowPrivate: false).Should().BeNull();
    }

    [TestCaseSource(nameof(Whole))]
    public void AnAddressThatNotEverybodyReadsInOneWay_OrOfAnotherKind_IsRefused(string address) => RemoteAddress.Read(address, allowPrivate: false).Should().BeNull();

    [TestCase("http://127.0.0.1/a.png", true)]
    [TestCase("http://database:8080/a.png", true)]
    [TestCase("http://[::1]/a.png", true)]
    [TestCase("http://user@database/a.png", false)]
    [TestCase("ftp://database/a.png", false)]
    [TestCase("http://data\nbase/a.png", false)]
    public void WherePrivateAddressesAreAllowed_TheSpellingIsCheckedAllTheSame(string address, bool taken) =>
        (RemoteAddress.Read(address, allowPrivate: true) is not null).Should().Be(taken);
}
