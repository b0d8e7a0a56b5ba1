using FsCheck;
using FsCheck.Fluent;

namespace CleanLlm.Domain.UnitTests;

/// <summary>Checks a law on 500 generated inputs, always the same ones, and shrinks one that breaks it.</summary>
internal static class Properties
{
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20260305, 7);

    public static void Hold<T>(Func<T, bool> law) => Prop.ForAll(law).Check(Repeatable);
}
