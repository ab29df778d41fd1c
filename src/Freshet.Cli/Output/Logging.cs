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
        LogPlace? place = PlaceOf(context);
        if (place is not null && context.RotatingLog is { } rotating)
        {
            configuration.WriteTo.File(
                place.Path, rotating.IsDetailed ? LogEventLevel.Debug : LogEventLevel.Information, Template, CultureInfo.InvariantCulture,
                fileSizeLimitBytes: RotatingLog.MaxBytes, rollingInterval: RollingInterval.Infinite, rollOnFileSizeLimit: true,
                retainedFileCountLimit: RotatingLog.MaxFiles);
        }
        else if (place is not null)
        {
            configuration.WriteTo.File(
                place.Path, LogEventLevel.Debug, Template, CultureInfo.InvariantCulture, fileSizeLimitBytes: null, shared: false, rollingInterval: RollingInterval.Infinite);
        }

        if (context.Verbosity > 0)
        {
            configuration.WriteTo.Console(
                context.Verbosity > 1 ? LogEventLevel.Debug : LogEventLevel.Information, Template, CultureInfo.InvariantCulture,
                standardErrorFromLevel: LogEventLevel.Verbose, theme: context.UsesAnsi ? null : ConsoleTheme.None);
        }

        return new PlacedFactory(new SerilogLoggerFactory(configuration.CreateLogger(), dispose: true), place);
    }

    private static LogPlace? PlaceOf(CommandContext context)
    {
        if ((context.RotatingLog?.Path ?? context.LogFile) is not { } path)
            return null;
        try
        {
            return LogPlace.Take(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The work is worth more than its log.
            context.Warn($"There is no log file: {path}: {error.Message.TrimEnd('.')}.");
            return null;
        }
    }

    // The place is free for others when all is written.
    private sealed class PlacedFactory(ILoggerFactory inner, LogPlace? place) : ILoggerFactory
    {
        public Microsoft.Extensions.Logging.ILogger CreateLogger(string categoryName) => inner.CreateLogger(categoryName);

        public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

        public void Dispose()
        {
            inner.Dispose();
            place?.Dispose();
        }
    }
}
