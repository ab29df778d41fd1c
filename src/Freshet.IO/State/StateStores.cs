using Freshet.Abstractions;

namespace Freshet.IO.State;

/// <summary>Opens the state store of a session.</summary>
public static class StateStores
{
    /// <summary>
    /// Opens the store in a state folder, made where it is not there. Where SQLite is not installed or the folder cannot be written, downloads
    /// still work: records are then kept in memory only, and the warning says so and what to do.
    /// </summary>
    /// <param name="folder">The state folder; may be shared with other processes.</param>
    /// <returns>The store, and a warning for the user or null.</returns>
    /// <exception cref="StateStoreException">The state was written by a newer version: it is left alone.</exception>
    public static (IStateStore Store, string? Warning) Open(string folder)
    {
        try
        {
            SqliteStateStore store = SqliteStateStore.Open(folder);
            return (store, store.Warning);
        }
        catch (DllNotFoundException)
        {
            return (new VolatileStateStore(), SqliteLibrary.InstallAdvice);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (new VolatileStateStore(), $"The state folder {folder} cannot be used ({exception.Message}); a restart will check all data again.");
        }
    }
}
