using System.Text.RegularExpressions;

namespace CleanLlm.Infrastructure.Ai.Calls;

// The codes and sentences that providers are known to use; the table of the tests says which is whose.
internal static partial class UpstreamErrors
{
    private const int TimeoutMilliseconds = 2_000;
    private const RegexOptions Style = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Multiline;

    [GeneratedRegex(
        "context_length_exceeded|exceed_context_size_error|context_window_exceeded|context_exceeded|"
        + "model_context_window|input_too_long|prompt_too_long|^1261$",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex ContextCode();

    [GeneratedRegex(
        "maximum context length|"
        + @"context[ _-]?(?:length|window|size|limit)[^\n]{0,40}(?:exceed|full|too (?:long|small)|leaves no room)|"
        + @"exceed[a-z]*[^\n]{0,60}context[ _-]?(?:length|window|size|limit)|"
        + @"(?:larger|longer|greater) than [^\n]{0,40}context|context the overflows|context overflow|prompt is too long|"
        + @"prompt (?:tokens )?[^\n]{0,40}exceeds? (?:the )?(?:model|max|context)|"
        + @"input (?:token count|length)[^\n]{0,60}(?:exceed|too long|maximum)|input is too long|input tokens? exceed|"
        + "too many (?:input |prompt )?tokens|maximum (?:prompt|input) length|"
        + "exceeds the maximum number of (?:input )?tokens|exceeded model token limit|"
        + @".inputs. tokens \+ .max_new_tokens. must be|.inputs. must have less than [0-9]+ tokens|"
        + "range of input length should be|reduce the length of the (?:messages|prompt|input)",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex ContextText();

    [GeneratedRegex(
        "content_filter|content_policy|ResponsibleAIPolicyViolation|data_inspection_failed|DataInspectionFailed|"
        + "moderation_blocked|prompt_blocked|PROHIBITED_CONTENT|invalid_prompt|sensitive_words_detected|^1301$",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex FilterCode();

    [GeneratedRegex(
        "content management policy|content filter(?:ing)? polic|flagged by (?:the |our )?(?:moderation|safety|content)|"
        + "input was flagged|violat[a-z]+ (?:our|the) (?:content|usage|safety) polic|"
        + "blocked (?:by|due to) (?:the |our )?(?:safety|content)|Content Exists Risk|"
        + "rejected as a result of our safety system|considered high risk|inappropriate content",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex FilterText();

    [GeneratedRegex(
        "insufficient_quota|insufficient_balance|billing_hard_limit_reached|billing_not_active|"
        + "exceeded_current_quota_error|insufficient_credits|insufficient_user_quota|payment_required|Arrearage|"
        + "account_deactivated|^1113$",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex CreditCode();

    [GeneratedRegex(
        "insufficient (?:balance|quota|credits?|funds)|exceeded your current quota, please check your plan|"
        + "credit balance is too low|out of credits",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex CreditText();

    [GeneratedRegex("^Your credit balance is too low", Style, TimeoutMilliseconds)]
    private static partial Regex CreditAtStart();

    [GeneratedRegex("invalid_api_key|API_KEY_INVALID|authentication_error|^UNAUTHENTICATED$", Style, TimeoutMilliseconds)]
    private static partial Regex KeyCode();

    [GeneratedRegex(
        "model_not_found|model_not_available|model_not_supported|DeploymentNotFound|model_decommissioned|"
        + "^invalid_model$|unknown_model|ModelNotFound|InvalidEndpointOrModel|^1211$",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex ModelCode();

    [GeneratedRegex("model|deployment|no endpoints found", Style, TimeoutMilliseconds)]
    private static partial Regex ModelAbsent();

    [GeneratedRegex(
        @"model [^\n]{0,100}(?:does not exist|not found|not exist|is not available|is not supported by any|has been decommissioned)|"
        + "is not a valid model|invalid model|unknown model|unable to access model|no endpoints found",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex ModelText();

    [GeneratedRegex(
        "invalid_image|image_parse_error|invalid_base64|unsupported_image|image_too_(?:large|small)|"
        + "image_file_(?:too_large|not_found)|failed_to_download_image|empty_image_file",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex ImageCode();

    [GeneratedRegex(
        @"(?:could not|cannot|failed to|unable to|error while) (?:process|download|downloading|decode|fetch|load|open|identify|parse|read)[^\n]{0,60}image|"
        + "(?:invalid|unsupported|bad) image|"
        + @"image (?:data |url |format |size )?[^\n]{0,40}(?:not (?:valid|supported)|does not represent|corrupt|too large|exceeds)|"
        + "valid image",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex ImageText();

    [GeneratedRegex("request_too_large|payload_too_large|request_entity_too_large|RequestEntityTooLarge", Style, TimeoutMilliseconds)]
    private static partial Regex SizeCode();

    [GeneratedRegex("request too large", Style, TimeoutMilliseconds)]
    private static partial Regex LargerThanLimit();

    [GeneratedRegex("string_above_max_length|array_above_max_length|string_too_long|too_many_images", Style, TimeoutMilliseconds)]
    private static partial Regex LengthCode();

    [GeneratedRegex(
        "unsupported_parameter|unsupported_value|unknown_parameter|unrecognized_(?:request_)?(?:argument|parameter)|"
        + "extra_forbidden|unexpected_keyword",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex ParameterCode();

    [GeneratedRegex(
        "unsupported (?:parameter|value)|unrecognized request argument|unknown (?:name|field|parameter|argument)|"
        + "extra_forbidden|extra inputs are not permitted|unexpected keyword|"
        + "(?:is|are) not (?:supported|permitted|allowed) (?:with|for|by|on) this model|"
        + @"(?:property|parameter|argument|field) [^\n]{0,60} (?:is|are) (?:not supported|unsupported|not permitted|not allowed)",
        Style,
        TimeoutMilliseconds)]
    private static partial Regex ParameterText();

    [GeneratedRegex("rate_limit|RESOURCE_EXHAUSTED|too_many_requests|^tokens$|^requests$", Style, TimeoutMilliseconds)]
    private static partial Regex LimitCode();
}
