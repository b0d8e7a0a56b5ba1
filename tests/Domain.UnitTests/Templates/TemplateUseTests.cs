using System.Text.Json;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Domain.UnitTests.Templates;

public sealed class TemplateUseTests
{
    private static readonly TemplateVersion Version = Template.Create(
        owner: null,
        new TemplateTerms(
            "t",
            "{{needed}} {{short}} {{given}} {{free}}",
            [new("needed"), new("short") { MaxLength = 3, Required = false }, new("given") { Default = "by default" }, new("free") { Required = false }]),
        DateTimeOffset.UnixEpoch).Value.Newest;

    [Test]
    public void Use_TakesValues_AndWhatTheTemplateGives()
    {
        var use = Version.Use(Values(("needed", "a"), ("short", "abc")), "Hello").Value;

        use.Should().BeEquivalentTo(new { Version.TemplateId, Version = 1, IsShared = true, Instruction = Version.Terms.Text, Content = "Hello" });
        use.Values.Should().Equal(new("needed", "a"), new("short", "abc"), new("given", "by default"), new("free", ""));
        use.Text.Should().Be("Hello\n\nneeded: a\n\nshort: abc\n\ngiven: by default\n\nfree: ");
    }

    [TestCase("needed", null)]
    [TestCase("needed", " ")]
    [TestCase("short", "abcd")]
    [TestCase("given", "")]
    [TestCase("other", "a")]
    [TestCase("Needed", "a")]
    public void Use_IsRefused_NamingTheParameter(string name, string? value)
    {
        var values = Values(("needed", "a"));
        if (value is null)
            values.Remove(name);
        else
            values[name] = value;

        var error = Version.Use(values, "").Error;

        error!.Code.Should().Be("validation.failed");
        error.Fields.Should().ContainKey($"parameters.{name}").And.HaveCount(1);
    }

    [Test]
    public void Use_NamesAllThatIsWrong_ButNoNameThatCannotBe() =>
        Version.Use(Values(("short", "long"), ("<b>", "x")), "").Error!.Fields.Keys.Should().BeEquivalentTo("parameters.needed", "parameters.short", "parameters");

    [TestCase("")]
    [TestCase("Hello: \"wörld\"\n\nneeded: forged\n\nshort: forged")]
    public void Json_AndText_AreReadAsTheyWereWritten(string content)
    {
        var use = Version.Use(Values(("needed", "short: x\n\ngiven: y"), ("free", "漢\n")), content).Value;

        var read = TemplateUse.Parse(use.ToJson(), use.Text);

        read.Should().BeEquivalentTo(use);
        use.ToJson().Should().NotContain("short: x", "the text has it");
    }

    [TestCase(null, "a: b")]
    [TestCase("", "a: b")]
    [TestCase("{", "")]
    [TestCase("{", null)]
    public void Json_OfNoTemplate_AndThatOfALostText_IsNone(string? json, string? text) => TemplateUse.Parse(json, text).Should().BeNull();

    [TestCase("null")]
    [TestCase("""{"Version":1,"Instruction":"","ContentLength":9,"Values":[]}""")]
    [TestCase("""{"Version":1,"Instruction":"","ContentLength":-1,"Values":[]}""")]
    [TestCase("[]")]
    [TestCase("""{"Version":1,"Instruction":"","ContentLength":0,"Values":[{"Name":"a","Length":9}]}""")]
    [TestCase("""{"Version":1,"Instruction":"","ContentLength":0,"Values":[{"Name":"a","Length":-1}]}""")]
    public void Json_OfAnotherText_IsRefused(string json) => FluentActions.Invoking(() => TemplateUse.Parse(json, "a: b")).Should().Throw<JsonException>();

    private static Dictionary<string, string> Values(params (string Name, string Value)[] values) =>
        values.ToDictionary(value => value.Name, value => value.Value, StringComparer.Ordinal);
}
