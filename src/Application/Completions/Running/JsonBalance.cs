namespace CleanLlm.Application.Completions.Running;

/// <summary>Follows a JSON object or list that comes in pieces, to know when its last bracket has closed.</summary>
internal struct JsonBalance
{
    private int depth;
    private bool hasOpened;
    private bool inText;
    private bool isEscaped;

    /// <summary>Whether it has come to its end. Text that is no object and no list never does.</summary>
    public readonly bool IsComplete => hasOpened && depth == 0;

    /// <summary>Takes in the next piece.</summary>
    public void Append(string piece)
    {
        foreach (var letter in piece)
        {
            if (isEscaped)
                isEscaped = false;
            else if (inText)
                (inText, isEscaped) = (letter != '"', letter == '\\');
            else if (letter == '"')
                inText = true;
            else if (letter is '{' or '[')
                (hasOpened, depth) = (true, depth + 1);
            else if (letter is '}' or ']')
                depth--;
        }
    }
}
