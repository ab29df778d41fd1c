using System.Text;

namespace Freshet.Cli.Parsing;

/// <summary>
/// A program and its arguments in one text, as <c>--on-complete</c> takes them: words parted by blanks; <c>'…'</c> keeps everything in it as it stands, in
/// <c>"…"</c> and outside of quotes a backslash does so with a blank, a quote or a backslash behind it. Nothing else is special: no variables, no patterns,
/// no pipes, because no shell is asked.
/// </summary>
internal static class CommandWords
{
    public static bool TryParse(string text, out string[]? words)
    {
        words = null;
        var found = new List<string>();
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length && IsSpecial(text[i + 1]))
            {
                (word ??= new()).Append(text[++i]);
            }
            else if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word!.Append(c);
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                word ??= new();
            }
            else if (char.IsWhiteSpace(c))
            {
                if (word is not null)
                    found.Add(word.ToString());
                word = null;
            }
            else
            {
                (word ??= new()).Append(c);
            }
        }

        if (word is not null)
            found.Add(word.ToString());
        if (quote != '\0' || found.Count == 0 || found[0].Length == 0)
            return false;
        words = [.. found];
        return true;
    }

    private static bool IsSpecial(char c) => c is '\\' or '"' or '\'' || char.IsWhiteSpace(c);
}
