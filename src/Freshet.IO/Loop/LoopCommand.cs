using Freshet.Core;

namespace Freshet.IO.Loop;

/// <summary>Something that the outside wants done on the loop's thread.</summary>
internal abstract class LoopCommand
{
    /// <summary>Does it; an exception ends the session.</summary>
    public abstract void Run(MonoTime now);

    /// <summary>Says that it will not be done.</summary>
    public virtual void Refuse(Exception why)
    {
    }
}

/// <summary>A command that nobody waits for.</summary>
internal sealed class PostedCommand(Action<MonoTime> action) : LoopCommand
{
    public override void Run(MonoTime now) => action(now);
}

/// <summary>A command whose caller waits for its answer and gets its exception.</summary>
internal sealed class AwaitedCommand<T>(Func<MonoTime, T> function) : LoopCommand
{
    // The caller's continuation must not run on the loop's thread.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    public override void Run(MonoTime now)
    {
        try
        {
            _answer.SetResult(function(now));
        }
        catch (Exception e)
        {
            _answer.SetException(e);
        }
    }

    public override void Refuse(Exception why) => _answer.TrySetException(why);
}
