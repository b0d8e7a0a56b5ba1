namespace CleanLlm.Application.Prompting.Redaction;

/// <summary>What a text can hold that a model need not read. The order is that of the findings.</summary>
public enum SensitiveKind
{
    /// <summary>An address of e-mail.</summary>
    Email,

    /// <summary>A telephone number.</summary>
    Phone,

    /// <summary>An international bank account number (ISO 13616).</summary>
    Iban,

    /// <summary>The number of a payment card (ISO/IEC 7812).</summary>
    Card,

    /// <summary>The number by which a state knows a person or a taxpayer.</summary>
    NationalId,

    /// <summary>An IP address.</summary>
    Ip,

    /// <summary>A key or token that opens an interface.</summary>
    ApiKey,

    /// <summary>A private key, whole.</summary>
    PrivateKey,

    /// <summary>A password.</summary>
    Password,

    /// <summary>Name and password in an address.</summary>
    UrlCredential,
}

/// <summary>The names of kinds in findings and placeholders.</summary>
internal static class SensitiveKinds
{
    private static readonly string[] Labels = ["EMAIL", "PHONE", "IBAN", "CARD", "NATIONAL_ID", "IP", "API_KEY", "PRIVATE_KEY", "PASSWORD", "URL_CREDENTIAL"];

    private static readonly string[] Codes = [.. Labels.Select(label => label.ToLowerInvariant())];

    /// <summary>How many kinds there are.</summary>
    public static int Count => Labels.Length;

    /// <summary>The kind in placeholders, such as <c>NATIONAL_ID</c>.</summary>
    public static string Label(this SensitiveKind kind) => Labels[(int)kind];

    /// <summary>The kind in findings, such as <c>national_id</c>.</summary>
    public static string Code(this SensitiveKind kind) => Codes[(int)kind];

    /// <summary>Whether it identifies a person; all other kinds are secrets.</summary>
    public static bool IsPersonal(this SensitiveKind kind) => kind <= SensitiveKind.Ip;

    /// <summary>The kind of a label; null for a label of none.</summary>
    public static SensitiveKind? OfLabel(string label) => Array.IndexOf(Labels, label) is >= 0 and var place ? (SensitiveKind)place : null;
}
