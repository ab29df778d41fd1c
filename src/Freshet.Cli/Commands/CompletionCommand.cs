using System.CommandLine;
using Freshet.Cli.Output;

namespace Freshet.Cli.Commands;

/// <summary>
/// <c>freshet completion SHELL</c>: a script that asks this command for what may follow, by the <c>[suggest]</c> directive, so that it never goes out of
/// date. Where nothing of ours fits, files are offered.
/// </summary>
internal sealed class CompletionCommand(Streams streams)
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # freshet completion for bash: eval "$(freshet completion bash)"
            _freshet() {
                local IFS=$'\n'
                local line="${COMP_LINE#"${COMP_WORDS[0]}"}"
                local start=$(( COMP_POINT - ${#COMP_WORDS[0]} ))
                COMPREPLY=( $(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$start]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}") )
            }
            complete -o default -F _freshet freshet ./freshet

            """,
        ["zsh"] = """
            #compdef freshet
            # freshet completion for zsh: eval "$(freshet completion zsh)", or save it as _freshet in a folder of $fpath
            _freshet() {
                local line="${BUFFER#${words[1]}}"
                local -a found
                found=( ${(f)"$("${words[1]}" "[suggest:$(( CURSOR - ${#words[1]} ))]" "$line" 2>/dev/null)"} )
                (( ${#found} )) && compadd -- $found
                _files
            }
            compdef _freshet freshet ./freshet

            """,
        ["fish"] = """
            # freshet completion for fish: freshet completion fish | source
            function __freshet_complete
                set -l line (commandline -cp | string replace -r '^\s*\S+' '')
                freshet "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c freshet -a '(__freshet_complete)'

            """,
        ["pwsh"] = """
            # freshet completion for PowerShell: freshet completion pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName freshet, freshet.cmd -ScriptBlock {
                param($word, $ast, $cursor)
                $name = $ast.CommandElements[0].Extent.Text
                $line = $ast.ToString().Substring($name.Length)
                & $name "[suggest:$($cursor - $name.Length)]" $line 2>$null | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }

            """,
    };

    public Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh" };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Print a completion script for a shell") { shell };
        command.SetAction(parsed =>
        {
            streams.Out.Write(Scripts[parsed.GetRequiredValue(shell)].ReplaceLineEndings("\n"));
            return ExitCode.Ok;
        });
        return command;
    }
}
