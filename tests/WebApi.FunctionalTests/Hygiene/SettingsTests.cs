namespace CleanLlm.WebApi.FunctionalTests.Hygiene;

/// <summary>What the check of settings finds, in every section, and what it leaves to others.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SettingsTests
{
    private const string Secret = "hunter2-hunter2";

    [TestCase("Completions:LeaseSecond", "4", "Completions__LeaseSecond is no setting. Is Completions__LeaseSeconds meant?")]
    [TestCase("Completions:lease_seconds", "4", "Completions__lease_seconds is no setting. Is Completions__LeaseSeconds meant?")]
    [TestCase("Memory:Trim", "4", "Memory__Trim is no setting. There are TrimAtRest.")]
    [TestCase("Ai:Providers:0:Models:0:PromptPriceMicros", "3", "Ai__Providers__0__Models__0__PromptPriceMicros is no setting. There are *")]
    [TestCase("Ai:Retries:Rounds", "3", "Ai__Retries is no setting. There are Breaker, Providers, Retry.")]
    [TestCase("Auth:Throttle:Burst", "3", "Auth__Throttle__Burst is no setting. There are *")]
    [TestCase("Auth:ReturnUrl:0", "https://app.example.org/", "Auth__ReturnUrl is no setting. Is Auth__ReturnUrls meant?")]
    [TestCase("Email:QueueCapacities", "3", "Email__QueueCapacities is no setting. There are *")]
    [TestCase("ConnectionStrings:Postgress", "Host=x", "ConnectionStrings__Postgress is no setting. Is ConnectionStrings__Postgres meant?")]
    [TestCase("AutoMapper:License", "x", "AutoMapper__License is no setting. There are LicenseKey.")]
    [TestCase("Plan:0:Name", "free", "Plan is no section. Is Plans meant, as in Plans__0?")]
    [TestCase("Rate_Limiting:Enabled", "false", "Rate_Limiting is no section. Is RateLimiting meant, as in RateLimiting__Enabled?")]
    [TestCase("Completion:LeaseSeconds", "9", "Completion is no section. Is Completions meant, *")]
    [TestCase("Ai:Providers:0:TimeoutSeconds", "abc", "Ai__Providers__0__TimeoutSeconds (given: 'abc') must be a number such as 0.5 from 0.1 to 86400.")]
    [TestCase("Ai:Providers:0:TimeoutSeconds", "NaN", "Ai__Providers__0__TimeoutSeconds (given: 'NaN') must be a number *")]
    [TestCase("Ai:Providers:0:TimeoutSeconds", "1,5", "Ai__Providers__0__TimeoutSeconds (given: '1,5') must be a number *")]
    [TestCase("Ai:Providers:0:TimeoutSeconds", "0", "Ai__Providers__0__TimeoutSeconds (given: '0') must be from 0.1 to 86400.")]
    [TestCase("Ai:Providers:0:Priority", "-1", "Ai__Providers__0__Priority (given: '-1') must be from 0 to 1000.")]
    [TestCase("Ai:Providers:0:Kind", "7", "Ai__Providers__0__Kind (given: '7') must be one of OpenAi, Predict, *")]
    [TestCase("Ai:Providers:0:Models:0:ContextWindow", "many", "Ai__Providers__0__Models__0__ContextWindow (given: 'many') must be a whole number from 16 to 100000000.")]
    [TestCase("Ai:Providers:0:Models:0:Price:Prompt", "-0.5", "Ai__Providers__0__Models__0__Price__Prompt (given: '-0.5') must be from 0 to 100000.")]
    [TestCase("Ai:Providers:0:Models:0:Prices:0:Version", "v", "Ai__Providers__0__Models__0__Prices__0__From is missing: it must be a moment such as *")]
    [TestCase("Ai:Providers:0:Models:0:Aliases:0", " ", "Ai__Providers__0__Models__0__Aliases__0 (given: ' ') must not be empty: *")]
    [TestCase("Ai:Providers:first:Kind", "Simulated", "Ai__Providers__first is no setting: Ai__Providers is a list, so a number such as Ai__Providers__0 follows it.")]
    [TestCase("Ai:Providers:1", "Simulated", "Ai__Providers__1 takes no value, but settings of its own such as Ai__Providers__1__Name.")]
    [TestCase("Ai:Breaker", "off", "Ai__Breaker takes no value, but settings of its own *")]
    [TestCase("Smtp:Security", "3", "Smtp__Security (given: '3') must be one of Auto, StartTls, Tls, None.")]
    [TestCase("Smtp:From", "a@example.org", "Smtp__Host is missing, *")]
    [TestCase("Titles:Enabled", "yes", "Titles__Enabled (given: 'yes') must be true or false.")]
    [TestCase("Titles:FromQuestion", "", "Titles__FromQuestion (given: '') must be true or false.")]
    [TestCase("Completions:LeaseSeconds", "99999999999", "Completions__LeaseSeconds (given: '99999999999') must be a whole number from 2 to 3600.")]
    [TestCase("Completions:LeaseSeconds:0", "5", "Completions__LeaseSeconds takes one value, and nothing below it.")]
    [TestCase("ResponseCache:MemoryBytes", "5", "ResponseCache__MemoryBytes (given: '5') must be from 1048576 to 17179869184.")]
    [TestCase("ResponseCache:SharedPlans", "free", "ResponseCache__SharedPlans is a list: give ResponseCache__SharedPlans__0 and so on.")]
    [TestCase("Auth:Issuer", "", "Auth__Issuer (given: '') must not be empty.")]
    [TestCase("Auth:TwoFactorIssuer", "a:b", "Auth__TwoFactorIssuer (given: 'a:b') must not hold a colon.")]
    [TestCase("Auth:RefreshTokenIdleDays", "31", "Auth__RefreshTokenIdleDays (given: '31') must not exceed Auth__RefreshTokenDays.")]
    [TestCase("Auth:External:0:Kind", "Saml", "Auth__External__0__Kind (given: 'Saml') must be one of Oidc, OAuth2.")]
    [TestCase("Email:ConfirmUrl", "app/confirm", "Email__ConfirmUrl (given: 'app/confirm') must be an absolute http or https address.")]
    [TestCase("RateLimiting:CostlyRegrowthSeconds", "Infinity", "RateLimiting__CostlyRegrowthSeconds (given: 'Infinity') must be a number *")]
    [TestCase("OpenAi:PassedOnFields:0", "model", "OpenAi__PassedOnFields__0 (given: 'model') must be a name in lower case *")]
    [TestCase("Cors:Origins:0", "*", "Cors__Origins__0 (given: '?') must be an origin *")]
    [TestCase("Cors:Origins:0", "https://app.example.com/", "Cors__Origins__0 (given: 'https://app.example.com/') must be an origin *")]
    [TestCase("Http:TrustedProxies:0", "0.0.0.0/0", "Http__TrustedProxies__0 (given: '0.0.0.0/0') must be an address or a network *")]
    [TestCase("Http:TrustedProxies:3", "proxy.internal", "Http__TrustedProxies__3 (given: 'proxy.internal') must be an address or a network *")]
    [TestCase("ConnectionStrings:Postgres", "postgres://user:hunter2-hunter2@host/db", "ConnectionStrings__Postgres is no connection string: *")]
    [TestCase("ConnectionStrings:Sqlite", "/var/lib/app.db", "ConnectionStrings__Sqlite is no connection string: *")]
    [TestCase("ConnectionStrings:Redis", "host:6379,pasword=hunter2-hunter2", "ConnectionStrings__Redis is no connection string: *")]
    public void AWrongSetting_IsNamed_WithWhatWasGivenAndWhatToDo(string name, string value, string line)
    {
        var faults = SettingsCheck.FaultsOfMore((name, value));

        faults.Should().ContainMatch(line).And.OnlyHaveUniqueItems().And.NotContain(fault => fault.Contains(Secret));
    }

    [TestCase("Limits:0:Metric", "token", "Plans__0__Limits__0__Metric (given: 'token') must be one of Requests, Tokens, CostMicros.")]
    [TestCase("Limits:0:Metric", "1", "Plans__0__Limits__0__Metric (given: '1') must be one of Requests, Tokens, CostMicros.")]
    [TestCase("Limits:0:Metric", "concurrency", "Plans__0__Limits__0__Metric (given: 'concurrency') must be one of Requests, Tokens, CostMicros.")]
    [TestCase("Limits:0:Metric", null, "Plans__0__Limits__0__Metric is missing: it must be one of Requests, Tokens, CostMicros.")]
    [TestCase("Limits:0:Window", "week", "Plans__0__Limits__0__Window (given: 'week') must be one of Minute, Hour, Day, Month.")]
    [TestCase("Limits:0:Amount", null, "Plans__0__Limits__0__Amount is missing: it must be a whole number from 0 to 9007199254740991.")]
    [TestCase("Limits:0:Amount", "-1", "Plans__0__Limits__0__Amount (given: '-1') must be from 0 to 9007199254740991.")]
    [TestCase("Concurrency", "four", "Plans__0__Concurrency (given: 'four') must be a whole number from 1 to 10000.")]
    [TestCase("Concurrency", "0", "Plans__0__Concurrency (given: '0') must be from 1 to 10000.")]
    [TestCase("AllowedModels:1", "", "Plans__0__AllowedModels__1 * must not be empty: *")]
    [TestCase("Name", "", "Plans__0__Name (given: '') must not be empty.")]
    [TestCase("Default", "false", "Plans__0__Default (given: 'false') and so on: exactly one of the configured plans must say true.")]
    public void AWrongPlan_IsNamed(string setting, string? value, string line)
    {
        (string, string?)[] plan =
        [
            ("Plans:0:Name", "free"),
            ("Plans:0:Default", "true"),
            ("Plans:0:AllowedModels:0", "small"),
            ("Plans:0:Limits:0:Metric", "tokens"),
            ("Plans:0:Limits:0:Window", "day"),
            ("Plans:0:Limits:0:Amount", "5"),
        ];
        SettingsCheck.FaultsOfMore(plan).Should().BeEmpty();

        SettingsCheck.FaultsOfMore([.. plan, ($"Plans:0:{setting}", value)]).Should().ContainMatch(line);
    }

    [Test]
    public void TwoPlansOfOneName_OrTwoLimitsOfOneKind_AreRefused()
    {
        var faults = SettingsCheck.FaultsOfMore(
            ("Plans:0:Name", "free"),
            ("Plans:0:Default", "true"),
            ("Plans:0:Limits:0:Metric", "tokens"),
            ("Plans:0:Limits:0:Window", "day"),
            ("Plans:0:Limits:0:Amount", "5"),
            ("Plans:0:Limits:1:Metric", "tokens"),
            ("Plans:0:Limits:1:Window", "day"),
            ("Plans:0:Limits:1:Amount", "7"),
            ("Plans:1:Name", "free"));

        faults.Should().BeEquivalentTo("Plans__0__Limits: One limit for each metric and window.", "Plans: the name 'free' is used twice.");
    }

    // A name that is no setting may be a secret's, misspelt.
    [TestCase("Smtp:Pasword")]
    [TestCase("Ai:Providers:0:ApiKeys")]
    [TestCase("Encryption:Keys:0:Keys")]
    [TestCase("Encryption:Keys:0:Key")]
    [TestCase("Admin:Password")]
    [TestCase("ConnectionStrings:Postgres")]
    public void ASecret_IsNotShown(string name) =>
        SettingsCheck.FaultsOfMore((name, Secret)).Should().ContainSingle().Which.Should().Contain(name.Replace(":", "__", StringComparison.Ordinal)).And.NotContain(Secret);

    // What is refused is shown without what may be secret in it, wherever it was set.
    [TestCase("Ai:Providers:0:BaseUrl", "ftp://user:hunter2-hunter2@host/v1", "'ftp://…@host/v1'")]
    [TestCase("Ai:Providers:0:BaseUrl", "https://hunter2-hunter2@host/v1?x=1", "'https://…@host/v1?…'")]
    [TestCase("Ai:Providers:0:BaseUrl", "https://host/v1?code=hunter2-hunter2", "'https://host/v1?…'")]
    [TestCase("Ai:Providers:0:BaseUrl", "https://host/v1?to=a@b&code=hunter2-hunter2", "'https://…'")]
    [TestCase("Ai:Providers:0:BaseUrl", "user:hunter2-hunter2@host/v1", "'…@host/v1'")]
    [TestCase("Ai:Providers:0:BaseUrl", "host/v1#hunter2-hunter2", "'host/v1#…'")]
    [TestCase("Email:ConfirmUrl", "ftp://user:hunter2-hunter2@host", "'ftp://…@host'")]
    [TestCase("Auth:ReturnUrls:0", "https://user:hunter2-hunter2@app.example.org/", "'https://…@app.example.org/'")]
    [TestCase("Auth:Issuer", "", "''")]
    [TestCase("Cors:Origins:0", "https://user:hunter2-hunter2@app.example.org", "'https://…@app.example.org'")]
    [TestCase("Http:TrustedProxies:0", "Host=db;Password=hunter2-hunter2", "'…'")]
    [TestCase("Completions:LeaseSeconds", "host:6379,password = hunter2-hunter2", "'…'")]
    [TestCase("Smtp:Security", "ada@example.org", "'ada@example.org'")]
    [TestCase("Smtp:Security", "password: hunter2-hunter2", "'…'")]
    [TestCase("Smtp:Security", "{\"apiKey\":\"hunter2-hunter2\"}", "'…'")]
    [TestCase("Smtp:Security", "AccountKey=hunter2-hunter2", "'…'")]
    [TestCase("Smtp:Security", "x-api-key: hunter2-hunter2", "'…'")]
    [TestCase("Smtp:Security", "API_KEY = hunter2-hunter2", "'…'")]
    [TestCase("Smtp:Security", "Bearer hunter2-hunter2", "'…'")]
    [TestCase("Smtp:Security", "sk-hunter2-hunter2", "'…'")]
    [TestCase("Smtp:Security", "host?sig=hunter2-hunter2", "'host?…'")]
    [TestCase("Smtp:Security", "Tls, or is it C#? #1", "'Tls, or is it C#? #1'")]
    [TestCase("Smtp:Security", "monkey=banana", "'monkey=banana'")]
    [TestCase("Smtp:Security", "risk-free, task-based", "'risk-free, task-based'")]
    public void WhatIsRefused_IsShownWithoutCredentials(string name, string value, string shown)
    {
        var settings = name.StartsWith("Ai:", StringComparison.Ordinal) ? [("Ai:Providers:0:Kind", "OpenAi"), (name, value)] : ((string, string?)[])[(name, value)];

        SettingsCheck.FaultsOfMore(settings).Should().Contain(fault => fault.Contains($"(given: {shown})")).And.NotContain(fault => fault.Contains("hunter2"));
    }

    [Test]
    public void AKeyInThePlaceOfItsId_IsNotShown() =>
        SettingsCheck.FaultsOfMore(("Encryption:Keys:0:Id", SettingsCheck.Key)).Should().ContainSingle()
            .Which.Should().StartWith("Encryption__Keys__0__Id").And.NotContain(SettingsCheck.Key);

    [TestCase("Completions:99999999999", "Completions__99999999999 is no setting.")]
    [TestCase("Plans:0:99999999999", "Plans__0__99999999999 is no setting.")]
    [TestCase("Plans:99999999999:Default", "Plans__99999999999__Name")]
    public void ALongNumber_IsANameLikeAnyOther(string name, string beginning) =>
        SettingsCheck.FaultsOfMore((name, "true")).Should().Contain(fault => fault.StartsWith(beginning, StringComparison.Ordinal));

    [Test]
    public void ANumberWhereNoListIs_KeepsItsName() =>
        SettingsCheck.FaultsOfMore(("Completions:1", "a"), ("Completions:2", "b"), ("Completions:5", "c")).Select(fault => fault.Split(' ')[0])
            .Should().BeEquivalentTo("Completions__1", "Completions__2", "Completions__5");

    [Test]
    public void SeveralFaults_AreAllTold() =>
        SettingsCheck.FaultsOf([("Completions:LeaseSeconds", "x"), ("Completions:MaxSecond", "1"), ("Cors:Origins:0", "*"), ("Plan:0:Name", "x")])
            .Select(fault => fault.Split(' ')[0])
            .Should().BeEquivalentTo(
                "Plan",
                "Completions__LeaseSeconds",
                "Completions__MaxSecond",
                "Cors__Origins__0",
                "Ai__Providers__0__BaseUrl",
                "Encryption__Keys__0__Id");

    // Places may have gaps: elements keep their order, none is dropped, and a fault is named by the place that was given.
    [Test]
    public void APlaceInAList_IsNamedAsItWasGiven() =>
        SettingsCheck.FaultsOfMore(("Ai:Providers:7:Kind", "Simulated"), ("Ai:Providers:7:Name", "seven"), ("Ai:Providers:7:Models:90:Id", ""))
            .Should().Equal("Ai__Providers__7__Models__90__Id (given: '') must not be empty.");

    [TestCase("EMAIL", "ada@example.org")]
    [TestCase("PLANS", "none")]
    [TestCase("Plan", "none")]
    [TestCase("HTTP_PROXY", "http://proxy:3128")]
    [TestCase("PATH", "/bin:/usr/bin")]
    [TestCase("Logging:LogLevel:Default", "Warning")]
    [TestCase("Kestrel:Endpoints:Http:Url", "http://localhost:5000")]
    [TestCase("Authentication:Schemes:Bearer:ValidAudience", "x")]
    [TestCase("AllowedHosts", "example.org")]
    [TestCase("Go:Ld:Flags", "x")]
    [TestCase("Marketing:Plans:0", "x")]
    [TestCase("ConnectionStrings:Redis", "")]
    [TestCase("Smtp:Host", "")]
    public void WhatOthersPutThere_AndWhatIsLeftEmpty_StopsNothing(string name, string value) =>
        SettingsCheck.FaultsOfMore((name, value)).Should().BeEmpty();

    [TestCase("Development", true)]
    [TestCase("Staging", false)]
    [TestCase("Production", false)]
    [TestCase("Anything", false)]
    public void ASimulatedModelThatNobodyNamed_AnswersInDevelopmentAlone(string environment, bool starts)
    {
        var faults = SettingsCheck.FaultsOf(SettingsCheck.Enough.Where(setting => setting.Name != "Ai:Providers:0:Kind"), environment);

        if (starts)
            faults.Should().BeEmpty();
        else
            faults.Should().ContainSingle().Which.Should().Match("Ai__Providers__0__BaseUrl is missing: *Ai__Providers__0__Kind to Simulated*");
    }
}
