using System.Text;

namespace Freshet.Benching;

/// <summary>The command line of a bench: runs a row with the clients that are named and writes its page.</summary>
internal sealed class Bench(string program, IReadOnlyList<Row> rows, Func<Workplace, IReadOnlyList<IClient>> clients)
{
    /// <summary>Runs what the command line says.</summary>
    /// <returns>0; 1 where a client failed; 2 where the command line is not understood.</returns>
    public int Run(string[] args)
    {
        Row? row = rows.FirstOrDefault(row => row.Name == args.FirstOrDefault());
        if (row is null)
        {
            Console.Error.WriteLine($"{program}: whole processes side by side.\n\n  dotnet run -c Release --project bench/Freshet.{program} -- ROW [options]; ROW --help lists a row's options\n");
            foreach (Row each in rows)
                Console.Error.WriteLine($"{each.Name,-16} {each.Title}");
            return 2;
        }

        Option named = new("--clients", string.Join(',', row.Clients), "who takes part; the first is compared with the others");
        Option repeated = new("--runs", $"{row.Runs}", "of each client and case, in rotated order; medians are shown");
        Option[] known = [named, repeated, .. row.OwnOptions, Option.Folder, Option.Report];
        if (args.Contains("--help", StringComparer.Ordinal))
        {
            Console.Error.WriteLine($"{program} {row.Name}: {row.Title}\n{Options.Help(known)}");
            return 0;
        }

        try
        {
            Options options = Options.Parse(args[1..], known);
            return Run(row, options, options.Words(named), options.Number(repeated), $"{program} {row.Name}{options}");
        }
        catch (FormatException problem)
        {
            Console.Error.WriteLine($"{problem.Message} {program} {row.Name} --help lists what there is.");
            return 2;
        }
        catch (InvalidOperationException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }

    private int Run(Row row, Options options, IReadOnlyList<string> names, int runs, string command)
    {
        using var workplace = new Workplace(options.Text(Option.Folder));
        IReadOnlyList<IClient> all = clients(workplace);
        IClient[] able = [.. all.Where(row.CanBeDoneBy)];
        IClient[] taking = [.. names.Select(name => able.FirstOrDefault(client => client.Name == name)
            ?? throw new FormatException($"{row.Name} is done by {string.Join(", ", able.Select(static client => client.Name))}; not by {name}."))];
        var outcome = new Outcome();
        Case[] cases = [.. row.Cases(options)];
        foreach (Case[] together in row.AreCasesTogether ? [cases] : cases.Chunk(1))
            Run(row, together, taking, runs, options, workplace, outcome);
        string page = new Report(row, options, outcome).Write(command, [.. taking.Union(all.Where(client => row.Counterparts.Contains(client.Name, StringComparer.Ordinal))).Select(static client => client.Version()), .. Machine.Describe()], runs);
        Console.Write(page);
        if (options.Text(Option.Report) is { Length: > 0 } folder)
            File.WriteAllText(Path.Combine(folder, $"{DateTime.Now:yyyy-MM-dd}-{row.Name}.md"), page, new UTF8Encoding(false));
        return 0;
    }

    /// <summary>Runs some cases in turns, all of them in each round: whatever the machine does meanwhile meets all sizes and all clients alike, and no slope is made of it.</summary>
    private static void Run(Row row, Case[] cases, IClient[] taking, int runs, Options options, Workplace workplace, Outcome outcome)
    {
        var stages = new List<IStage>();
        try
        {
            foreach (Case @case in cases)
                stages.Add(row.Set(@case, options, workplace));
            for (int run = 0; run < runs; run++)
            {
                for (int turn = 0; turn < cases.Length * taking.Length; turn++)
                {
                    (int at, IClient client) = (turn / taking.Length, taking[(turn + run) % taking.Length]);
                    Figures figures = stages[at].Run(client);
                    outcome.Add(client.Name, cases[at], figures);
                    Console.Error.WriteLine($"{cases[at]} {client.Name}: {figures}");
                }
            }
        }
        finally
        {
            foreach (IStage stage in stages)
                stage.Dispose();
        }
    }
}
