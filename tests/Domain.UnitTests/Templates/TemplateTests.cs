using CleanLlm.Domain.Ids;
using CleanLlm.Domain.Templates;

namespace CleanLlm.Domain.UnitTests.Templates;

public sealed class TemplateTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static TemplateTerms Terms => new(" Translate ", "Translate {{text}} to {{language}}.", [new("text"), new("language") { Default = "German" }]);

    [Test]
    public void Create_MakesTheFirstVersion()
    {
        var owner = UserId.New(Now);

        var (template, version) = Template.Create(owner, Terms, Now).Value;

        template.Should().BeEquivalentTo(new { OwnerId = (UserId?)owner, Name = "Translate", Version = 1, CreatedAt = Now, UpdatedAt = Now });
        version.Should().BeEquivalentTo(new { TemplateId = template.Id, OwnerId = (UserId?)owner, Number = 1, Name = "Translate", CreatedAt = Now });
        version.Terms.Should().BeEquivalentTo(Terms with { Name = "Translate" });
    }

    [Test]
    public void Change_MakesAnotherVersion_AndLeavesTheFormerOne()
    {
        var (template, first) = Template.Create(owner: null, Terms, Now).Value;

        var changed = template.Change(first, Terms with { Text = "{{text}} in {{language}}" }, Now.AddDays(1)).Value;

        changed.Newest.Should().BeEquivalentTo(new { Number = 2, OwnerId = (UserId?)null, CreatedAt = Now.AddDays(1) });
        template.Should().BeEquivalentTo(new { Version = 2, CreatedAt = Now, UpdatedAt = Now.AddDays(1) });
        first.Terms.Text.Should().Be(Terms.Text);
    }

    [Test]
    public void Change_ThatSaysTheSame_MakesNone()
    {
        var (template, first) = Template.Create(owner: null, Terms, Now).Value;

        template.Change(first, Terms, Now.AddDays(1)).Value.Newest.Should().BeSameAs(first);

        template.Should().BeEquivalentTo(new { Version = 1, UpdatedAt = Now });
        template.Change(first, Terms with { Name = "Other" }, Now).Value.Newest.Should().BeEquivalentTo(new { Number = 2, Name = "Other" });
    }

    [Test]
    public void Change_IsRefused_WhereThereAreTooManyVersions()
    {
        var (template, version) = Template.Create(owner: null, Terms, Now).Value;
        for (var number = 2; number <= Template.MaxVersions; number++)
            version = template.Change(version, Terms with { Name = $"{number}" }, Now).Value.Newest;

        template.Change(version, Terms with { Name = "more" }, Now).Error.Should().Be(TemplateErrors.TooManyVersions);
        template.Change(version, Terms with { Name = version.Name }, Now).Value.Newest.Should().BeSameAs(version);
    }

    [Test]
    public void AnOwner_HasABoundedNumber()
    {
        Template.CheckCount(Template.MaxPerOwner - 1).Should().BeNull();
        Template.CheckCount(Template.MaxPerOwner).Should().Be(TemplateErrors.TooMany);
    }

    [TestCase("", "hi", "", "name")]
    [TestCase(" ", "hi", "", "name")]
    [TestCase("a\nb", "hi", "", "name")]
    [TestCase("a", "", "", "text")]
    [TestCase("a", " ", "", "text")]
    [TestCase("a", "a\0b", "", "text")]
    [TestCase("a", "{{x}}", "", "text")]
    [TestCase("a", "{{x}} {{y}}", "x", "text")]
    [TestCase("a", "{{x}", "x", "text")]
    [TestCase("a", "{{x", "x", "text")]
    [TestCase("a", "{{}}", "", "text")]
    [TestCase("a", "{{ x }}", "x", "text")]
    [TestCase("a", "{{{x}}}", "x", "text")]
    [TestCase("a", "no", "x", "parameters[0].name")]
    [TestCase("a", "{{x}} {{X}}", "x", "text")]
    [TestCase("a", "{{x}}", "x,x", "parameters[1].name")]
    [TestCase("a", "{{x}}", "x,", "parameters[1].name")]
    [TestCase("a", "{{x}} {{1y}}", "x,1y", "parameters[1].name")]
    [TestCase("a", "{{x}}", "x,y z", "parameters[1].name")]
    [TestCase("a", "{{x}}", "x,ü", "parameters[1].name")]
    [TestCase("a", "{{x}}", "x,y-z", "parameters[1].name")]
    public void WhatCannotBe_IsRefused_NamingTheField(string name, string text, string parameters, string field) =>
        Refused(new TemplateTerms(name, text, [.. parameters.Split(',').Where(one => parameters.Length > 0).Select(one => new TemplateParameter(one))]))
            .Should().Contain(field);

    [TestCase("{{x}}", "x")]
    [TestCase("}} {x} { {x }} {{x}}{{x}}", "x")]
    [TestCase("{{a_1}} and {{B}}", "a_1,B")]
    public void Text_RefersByTwoBraces(string text, string parameters) =>
        new TemplateTerms("a", text, [.. parameters.Split(',').Select(one => new TemplateParameter(one))]).Check().Should().BeNull();

    [Test]
    public void Bounds_AreInclusive()
    {
        var longest = new string('x', TemplateParameter.NameMaxLength);
        TemplateTerms fits = new(new string('n', TemplateTerms.NameMaxLength), $"{{{{{longest}}}}}".PadRight(TemplateTerms.TextMaxLength), [Described(longest, 500, 200_000)]);
        fits.Check().Should().BeNull();

        Refused(fits with { Name = fits.Name + "n" }).Should().Equal("name");
        Refused(fits with { Text = fits.Text + " " }).Should().Equal("text");
        Refused(fits with { Parameters = [Described(longest, 501, 200_001)] }).Should().BeEquivalentTo("parameters[0].description", "parameters[0].maxLength");
        Refused(fits with { Parameters = [Described(longest, 1, 0)] }).Should().Equal("parameters[0].maxLength");
        Refused(fits with { Parameters = [Described(longest + "x", 1, 1)] }).Should().Contain("parameters[0].name");
        Refused(fits with { Parameters = [Described(longest, 1, 3) with { Default = "four" }] }).Should().Equal("parameters[0].default");
        Refused(fits with { Parameters = [Described(longest, 1, 4) with { Default = "\0" }] }).Should().Equal("parameters[0].default");
        Refused(fits with { Parameters = [.. Enumerable.Range(0, TemplateTerms.MaxParameters + 1).Select(i => new TemplateParameter($"p{i}"))] }).Should().Equal("parameters");
    }

    private static TemplateParameter Described(string name, int description, int maxLength) =>
        new(name) { Description = new string('d', description), MaxLength = maxLength };

    private static IEnumerable<string> Refused(TemplateTerms terms)
    {
        var error = Template.Create(owner: null, terms, Now).Error;
        error!.Code.Should().Be("validation.failed");
        return error.Fields.Keys;
    }
}
