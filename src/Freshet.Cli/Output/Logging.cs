using System.Globalization;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Sinks.SystemConsole.Themes;

namespace Freshet.Cli.Output;

/// <summary>The log: to a file with <c>--log-file</c>, to standard error with <c>-v</c>. Loaded only where one of them is asked for.</summary>
internal static class Logging
{
    private const string Template = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}";

    public static ILoggerFactory? Create(CommandContext context)
    {
        if (context.LogFile is null && context.RotatingLog is null && context.Verbosity == 0)
            return null;
        LoggerConfiguration configuration = new LoggerConfiguration().MinimumLevel.Verbose();
        if (context.RotatingLog is { } rotating)
            AddRotating(configuration, rotating, context);
        else if (context.LogFile is { } file)
        {
            configuration.WriteTo.File(
                file, LogEventLevel.Debug, Template, CultureInfo.InvariantCulture, fileSizeLimitBytes: null, shared: false, rollingInterval: RollingInterval.Infinite);
        }

        if (context.Verbosity > 0)
        {
            configuration.WriteTo.Console(
                context.Verbosity > 1 ? LogEventLevel.Debug : LogEventLevel.Information, Template, CultureInfo.InvariantCulture,
                standardErrorFromLevel: LogEventLevel.Verbose, theme: context.UsesAnsi ? null : ConsoleTheme.None);
        }

        return new SerilogLoggerFactory(configuration.CreateLogger(), dispose: true);
    }

    private static void AddRotating(LoggerConfiguration configuration, RotatingLog log, CommandContext context)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(log.Path))!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Seeding is worth more than its log.
            context.Warn($"There is no log file: {log.Path}: {error.Message}");
            return;
        }

        configuration.WriteTo.File(
            log.Path, log.IsDetailed ? LogEventLevel.Debug : LogEventLevel.Information, Template, CultureInfo.InvariantCulture,
            fileSizeLimitBytes: RotatingLog.MaxBytes, rollingInterval: RollingInterval.Infinite, rollOnFileSizeLimit: true,
            retainedFileCountLimit: RotatingLog.MaxFiles);
    }
}
