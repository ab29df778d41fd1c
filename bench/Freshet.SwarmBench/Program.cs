using Freshet.SwarmBench.Download;
using Freshet.SwarmBench.Upload;

// One mode a question; each is a folder with its own options, runs and report.
string mode = args.FirstOrDefault() ?? "";
string[] rest = args.Length == 0 ? [] : args[1..];
switch (mode)
{
    case "download":
        return DownloadBench.Run(rest);
    case "upload":
        return UploadBench.Run(rest);
    default:
        Console.Error.WriteLine("""
            SwarmBench: whole processes side by side.

              dotnet run -c Release --project bench/Freshet.SwarmBench -- MODE [options]; MODE --help lists a mode's options

            download    from one libtorrent seeder: Freshet, libtorrent, and a C program doing the same system calls
            upload      to four libtorrent leechers: the same three as the seeder
            """);
        return 2;
}
