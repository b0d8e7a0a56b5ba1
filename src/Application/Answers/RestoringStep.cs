using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CleanLlm.Application.Prompting;
using CleanLlm.Application.Prompting.Redaction;
using CleanLlm.Domain.Prompting;

namespace CleanLlm.Application.Answers;

/// <summary>
/// Turns placeholders back into what the user wrote. The last step, so that all others see placeholders. It holds back no more than what may
/// become a placeholder: at most the longest one in the longest of its forms.
/// </summary>
internal sealed class RestoringStep : IAnswerStep
{
    public IAnswerFilter? Begin(AnswerStrand strand, AnswerContext context, StepMode mode) =>
        strand == AnswerStrand.ToolName || context.Restorations.Originals.Count == 0 ? null : new Filter(context.Restorations, strand == AnswerStrand.ToolArguments);

    /// <param name="restorations">What is turned back.</param>
    /// <param name="isJson">Whether it stands in strings of JSON.</param>
    private sealed class Filter(Restorations restorations, bool isJson) : IAnswerFilter
    {
        private readonly int longest = restorations.Originals.Keys.Max(placeholder => placeholder.Length);
        private string held = "";

        public int HeldBack => held.Length;

        public string Push(string piece)
        {
            var text = held + piece;
            held = "";
            StringBuilder? restored = null;
            var from = 0;
            for (int at = 0, next; (next = text.AsSpan(at).IndexOfAny(PlaceholderForm.Openings)) >= 0;)
            {
                at += next;
                var reading = PlaceholderForm.Read(text.AsSpan(at), longest, out var placeholder, out var length);
                if (reading == PlaceholderReading.Partial)
                {
                    (held, text) = (text[at..], text[..at]);
                    break;
                }

                if (reading == PlaceholderReading.Whole && restorations.Originals.TryGetValue(placeholder, out var original))
                {
                    (restored ??= new StringBuilder()).Append(text, from, at - from).Append(isJson ? Escaped(original) : original);
                    from = at + length;
                    at = from;
                }
                else
                {
                    at++;
                }
            }

            return restored is null ? text : restored.Append(text, from, text.Length - from).ToString();
        }

        public string Flush() => held;

        private static string Escaped(string original) => JsonEncodedText.Encode(original, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
    }
}
