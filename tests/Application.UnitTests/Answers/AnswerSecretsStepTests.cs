using CleanLlm.Application.Answers;
using CleanLlm.Application.Answers.Reading;
using CleanLlm.Application.Answers.Secrets;
using CleanLlm.Application.Prompting.Redaction;
using CleanLlm.Domain.Completions;
using CleanLlm.Domain.Prompting;
using Microsoft.Extensions.Options;

namespace CleanLlm.Application.UnitTests.Answers;

/// <summary>Keys that a model writes.</summary>
internal sealed class AnswerSecretsStepTests
{
    private const string Key = "sk-4eC39HqLyjWDarjtT1zdp7dcB2vN8mQ5";
    private const string Pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx3bVZ2hFq9Qn\nq1T0d5kq8w==\n-----END RSA PRIVATE KEY-----";

    [TestCase($"Use {Key} for it.", "Use [redacted] for it.")]
    [TestCase($"{Key}", "[redacted]")]
    [TestCase($"client = Client(\"{Key}\")\nclient.run()", "client = Client(\"[redacted]\")\nclient.run()")]
    [TestCase("id AKIA4E7KQXZPLMWVTR2B, secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYzq8tYrKpLs", "id [redacted], secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYzq8tYrKpLs")]
    [TestCase($"A key:\n{Pem}\nKeep it.", "A key:\n[redacted]\nKeep it.")]
    [TestCase($"{Pem}", "[redacted]")]
    [TestCase($"{Key} {Key}\n{Pem}\n{Key}", "[redacted] [redacted]\n[redacted]\n[redacted]")]
    [TestCase("A key that is cut off:\n-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAx3bVZ2h", "A key that is cut off:\n[redacted]")]
    [TestCase("api_key = 9f8e7d6c5b4a3210", "api_key = [redacted]")]
    [TestCase("Set YOUR_API_KEY, or sk-..., in version 1.2.3 of 2024-01-15.", "Set YOUR_API_KEY, or sk-..., in version 1.2.3 of 2024-01-15.")]
    [TestCase("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----")]
    [TestCase("POSTGRES_PASSWORD=hunter2-Xy9 and https://ann:b1c2@example.com/", "POSTGRES_PASSWORD=hunter2-Xy9 and https://ann:b1c2@example.com/")]
    public void AKey_IsReplacedByAMark_HoweverTheAnswerIsSplit(string answer, string shown) =>
        Answered.HoweverSplit(Step(), StepMode.Redact, answer).Text.Should().Be(shown);

    [Test]
    public void WhenItOnlyTells_TheAnswerIsAsItWas_AndNothingIsHeldBack()
    {
        var answer = $"Use {Key}:\n{Pem}";
        var told = Answered.HoweverSplit(Step(), StepMode.Flag, answer);

        told.Text.Should().Be(answer);
        told.Findings.Should().Equal(
            new Finding("answer_secrets", "api_key", 1) { Action = StepMode.Flag }, new Finding("answer_secrets", "private_key", 1) { Action = StepMode.Flag });
        Answered.Of(Step(), StepMode.Flag, [], AnswerStrand.Text, answer.Select(c => c.ToString())).MostHeld.Should().Be(0);
        AnswerSecretsStep.Setting.Default.Should().Be(StepMode.Flag);
    }

    [Test]
    public void AKey_StopsTheAnswer_AndNothingOfItIsShown()
    {
        Answered.HoweverSplit(Step(), StepMode.Block, $"Use {Key} for it.").IsBlocked.Should().BeTrue();
        Answered.Of(Step(), StepMode.Block, [], AnswerStrand.Text, $"Use {Key} for it.".Select(c => c.ToString())).Text.Should().Be("Use ");
        Answered.Of(Step(), StepMode.Block, [], AnswerStrand.Text, $"A key:\n{Pem}".Select(c => c.ToString())).Text.Should().Be("A key:\n");
    }

    [Test]
    public void KindsThatAreAskedFor_AreLookedForToo() =>
        Answered.HoweverSplit(Step(SensitiveKind.Password, SensitiveKind.UrlCredential), StepMode.Redact, "password=hunter2-Xy9 https://ann:b1c2@example.com/ " + Key).Text
            .Should().Be("password=[redacted] https://[redacted]@example.com/ " + Key);

    [Test]
    public void ArgumentsOfTools_StayJson()
    {
        var arguments = System.Text.Json.JsonSerializer.Serialize(new { key = Key, pem = Pem, more = 1 });

        var shown = Answered.Of(Step(), StepMode.Redact, [], AnswerStrand.ToolArguments, arguments.Select(c => c.ToString())).Text;

        var json = System.Text.Json.JsonElement.Parse(shown);
        (json.GetProperty("key").GetString(), json.GetProperty("more").GetInt32()).Should().Be(("[redacted]", 1));
        json.GetProperty("pem").GetString().Should().Be("[redacted]");
    }

    [Test]
    public void TextWithoutSpaces_IsJudgedAsItComes()
    {
        var chinese = Answered.Of(Step(), StepMode.Redact, [], AnswerStrand.Text, string.Concat(Enumerable.Repeat("委员会在星期二审查了年度数字。", 60)).Select(c => c.ToString()));
        chinese.MostHeld.Should().Be(0);

        var values = string.Concat(Enumerable.Range(0, 80).Select(i => $"\"name{i}\":\"{(i == 40 ? Key : "value")}\","));
        var json = Answered.Of(Step(), StepMode.Redact, [], AnswerStrand.ToolArguments, values.Select(c => c.ToString()));
        json.Text.Should().Be(values.Replace(Key, "[redacted]", StringComparison.Ordinal));
    }

    [TestCase("eyJhbGciOiJIUzI1NiJ9.")]
    [TestCase("sk-a1B2")]
    [TestCase("word")]
    [TestCase("-----BEGIN ")]
    public void WhatIsHeldBack_HasABound_AndALongKeyIsGoneToItsEnd(string beginning)
    {
        var answer = beginning + string.Concat(Enumerable.Repeat("a1B2c3D4", 400)) + " end";

        var shown = Answered.Of(Step(), StepMode.Redact, [], AnswerStrand.Text, answer.Select(c => c.ToString()));

        shown.MostHeld.Should().BeLessThanOrEqualTo(ScreeningFilter.Most);
        shown.Text.Should().EndWith(" end");
        if (beginning.StartsWith("sk", StringComparison.Ordinal))
            shown.Text.Should().Be("[redacted] end");
    }

    [Test]
    public void Options_TakeSecretsOnly() =>
        new AnswerSecretsOptions { Kinds = [SensitiveKind.Email] }.Validate(new(new object())).Should().ContainSingle();

    private static AnswerSecretsStep Step(params SensitiveKind[] kinds) =>
        new(Options.Create(kinds.Length == 0 ? new AnswerSecretsOptions() : new AnswerSecretsOptions { Kinds = kinds }));
}
