using CleanLlm.AiContract;

if (ContractOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(ContractOptions.Usage);
    return 2;
}

return await ContractSuite.RunAsync(options, Console.Out) == 0 ? 0 : 1;
