using static CleanLlm.Application.UnitTests.Prompting.Redaction.Redactions;

namespace CleanLlm.Application.UnitTests.Prompting.Redaction;

internal sealed class EmailTests
{
    [TestCase("Write to ann@example.com.", "Write to <EMAIL_1>.")]
    [TestCase("Ann Lee <ann.lee+news@mail.example.co.uk>", "Ann Lee <<EMAIL_1>>")]
    [TestCase("[mail](mailto:ann@example.com?subject=hi)", "[mail](mailto:<EMAIL_1>?subject=hi)")]
    [TestCase("\"Ann Lee\"@example.com wrote", "<EMAIL_1> wrote")]
    [TestCase("o'brien@example.ie", "<EMAIL_1>")]
    [TestCase("'ann@example.com'", "'<EMAIL_1>'")]
    [TestCase("**ann@example.com**", "**<EMAIL_1>**")]
    [TestCase("{\"to\":\"ann@example.com\"}", "{\"to\":\"<EMAIL_1>\"}")]
    [TestCase("https://x.example/?email=ann%40example.com&a=1", "https://x.example/?email=<EMAIL_1>&a=1")]
    [TestCase("ann&#64;example.com", "<EMAIL_1>")]
    [TestCase("müller@büro-köln.de", "<EMAIL_1>")]
    [TestCase("пётр@пример.рф", "<EMAIL_1>")]
    [TestCase("用户@例子.公司", "<EMAIL_1>")]
    [TestCase("我的邮箱是ann@example.com谢谢", "我的邮箱是<EMAIL_1>谢谢")]
    [TestCase("ann@example.com으로 보내 주세요", "<EMAIL_1>으로 보내 주세요")]
    [TestCase("ann＠example.com", "<EMAIL_1>")]
    [TestCase("an\u200Bn@exa\u00ADmple.com", "<EMAIL_1>")]
    [TestCase("ann@xn--bcher-kva.xn--p1ai", "<EMAIL_1>")]
    [TestCase("ann@[192.0.2.7]", "<EMAIL_1>")]
    [TestCase("4111111111111111@example.com", "<EMAIL_1>")]
    [TestCase("a@example.com,b@example.com;c@example.com", "<EMAIL_1>,<EMAIL_2>;<EMAIL_3>")]
    [TestCase(@"{\""log\"":\""line\\nann@example.com\\n\""}", @"{\""log\"":\""line\\n<EMAIL_1>\\n\""}")]
    [TestCase(@"DOMAIN\ann@example.com", @"DOMAIN\<EMAIL_1>")]
    [TestCase(@"ann\u0040example.com", "<EMAIL_1>")]
    public void AnAddress_IsReplaced_AndNothingAroundIt(string text, string sent) => Pii(text).Should().Be(sent);

    [TestCase("@ann, see @app.route and @types/node")]
    [TestCase("npm i left-pad@1.3.0 react@18.2.0")]
    [TestCase("![](logo@2x.png) icon@3x.JPG")]
    [TestCase("git clone git@github.com:acme/site.git")]
    [TestCase("root@localhost ~ user@host")]
    [TestCase("a @ b.com, 5 @ 3.50")]
    [TestCase("@@ -1,4 +1,4 @@ x@-bad.com y@bad-.")]
    [TestCase("x@y.c")]
    public void WhatOnlyLooksLikeOne_Stays(string text) => Pii(text).Should().Be(text);

    [Test]
    public void TheSameAddress_HasOnePlaceholder_WhateverItsCase() =>
        Pii("Ann@Example.com, ann@example.com and bob@example.com").Should().Be("<EMAIL_1>, <EMAIL_1> and <EMAIL_2>");
}
