using CleanLlm.Application.Pipeline;
using CleanLlm.Domain.Results;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.Logging;

namespace CleanLlm.Application.UnitTests.Pipeline;

internal sealed class BehaviorTests
{
    private const string Secret = "nobody may read this";

    [Test]
    public async Task Validation_WhenRulesAreBroken_NamesFieldsInCamelCase_AndCallsNoHandler()
    {
        var called = false;
        var behavior = new ValidationBehavior<Say, Result<string>>([new SayValidator()]);

        var result = await behavior.Handle(new Say("", 0), default, () => Next(out called));

        called.Should().BeFalse();
        result.Error.Should().BeEquivalentTo(new { Kind = ErrorKind.Invalid, Code = "validation.failed" });
        result.Error!.Fields.Keys.Should().BeEquivalentTo("someText", "howOften");
        result.Error.Fields["someText"].Should().ContainSingle();
    }

    [Test]
    public async Task Validation_WhenAllIsWell_GoesOn()
    {
        var behavior = new ValidationBehavior<Say, Result<string>>([new SayValidator()]);

        (await behavior.Handle(new Say(Secret, 1), default, () => Next(out _))).Value.Should().Be(Secret);
    }

    [Test]
    public async Task Logging_NamesTheUseCase_NeverWhatItWasGiven()
    {
        var logger = new RecordingLogger();

        await new LoggingBehavior<Say, Result<string>>(logger).Handle(new Say(Secret, 1), default, () => Next(out _));

        logger.Lines.Should().Equal((LogLevel.Debug, "Say done"));
    }

    [Test]
    public async Task Logging_OfARefusal_GivesItsCodeOnly()
    {
        var logger = new RecordingLogger();

        await new LoggingBehavior<Say, Result<string>>(logger).Handle(
            new Say(Secret, 1), default, () => Task.FromResult(Result<string>.Failure(Error.Invalid("someText", Secret))));

        logger.Lines.Should().Equal((LogLevel.Information, "Say refused: validation.failed"));
    }

    private static Task<Result<string>> Next(out bool called)
    {
        called = true;
        return Task.FromResult(Result<string>.Success(Secret));
    }

    private sealed record Say(string SomeText, int HowOften) : IRequest<Result<string>>;

    private sealed class SayValidator : AbstractValidator<Say>
    {
        public SayValidator()
        {
            RuleFor(request => request.SomeText).NotEmpty();
            RuleFor(request => request.HowOften).GreaterThan(0);
        }
    }

    /// <summary>Keeps what a log would show, the structured values included.</summary>
    private sealed class RecordingLogger : ILogger<LoggingBehavior<Say, Result<string>>>
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Lines.Add((logLevel, formatter(state, exception)));
            ((IEnumerable<KeyValuePair<string, object?>>)state!).Select(pair => pair.Value?.ToString()).Should().NotContain(value => value!.Contains(Secret));
        }
    }
}
