namespace CleanLlm.Application.Answers.Links;

/// <summary>Which addresses answers may hold.</summary>
/// <param name="options">As configured.</param>
internal sealed class LinkRules(LinkOptions options)
{
    private const string Image = "image";
    private const string Link = "link";

    private readonly Hosts hosts = new(options.AllowedHosts);

    /// <summary>Whether all may stay.</summary>
    public bool IsEmpty => options is { Images: LinkScope.None, Links: LinkScope.None };

    /// <summary>What an address is, if it may not stay; null if it may.</summary>
    /// <param name="address">The address as it is written.</param>
    /// <param name="isImage">Whether it is fetched without a click.</param>
    public string? CodeOf(string address, bool isImage)
    {
        var scope = isImage ? options.Images : options.Links;
        if (scope == LinkScope.None)
            return null;
        foreach (var reading in Address.Of(address))
        {
            if (!hosts.Allow(reading.Host) && (scope == LinkScope.All || reading.CarriesData))
                return isImage ? Image : Link;
        }

        return null;
    }
}
