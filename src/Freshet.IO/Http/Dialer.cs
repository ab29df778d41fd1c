using System.Net;
using System.Net.Sockets;
using Freshet.Abstractions;
using Freshet.IO.Network;

namespace Freshet.IO.Http;

/// <summary>
/// Connects to a host by name: looks it up, keeps the addresses that the policy allows (the very ones that are then connected to, so that a second look-up
/// cannot say otherwise), and tries them one after the other, not waiting long for a silent one (RFC 8305).
/// </summary>
internal sealed class Dialer
{
    /// <summary>Addresses tried; a name with more does not get more.</summary>
    private const int MaxAttempts = 6;

    /// <summary>How long the next address waits for the one before it.</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    private readonly NameResolver _resolver;
    private readonly IPAddress? _bind;

    public Dialer(NameResolver resolver, IPAddress? bind)
    {
        _resolver = resolver;
        _bind = AddressRules.Unmapped(bind);
    }

    /// <summary>Connects.</summary>
    /// <exception cref="ExchangeException">The name leads nowhere, or nowhere that is allowed.</exception>
    /// <exception cref="SocketException">No address answered.</exception>
    public async Task<Socket> DialAsync(DnsEndPoint host, AddressPolicy policy, AddressFamily? family, CancellationToken cancellation)
    {
        ResolvedName name = await _resolver.ResolveAsync(host.Host, cancellation).ConfigureAwait(false);
        if (name.Error is { } error)
            throw new ExchangeException(error);
        IPAddress[] reachable = [.. name.Addresses.Where(address => IsReachable(address, family))];
        if (reachable.Length == 0)
            throw new ExchangeException("the host has no address of the family that is in use");
        IPAddress[] allowed = [.. reachable.Where(address => AddressRules.Allows(policy, address))];
        if (allowed.Length == 0)
            throw new ExchangeException("the host leads to an address that is not allowed here");
        return allowed.Length == 1
            ? await ConnectAsync(allowed[0], host.Port, cancellation).ConfigureAwait(false)
            : await RaceAsync(Interleave(allowed), host.Port, cancellation).ConfigureAwait(false);
    }

    /// <summary>IPv6 first, then by turns, so that a family that is broken costs one head start.</summary>
    internal static IPAddress[] Interleave(IPAddress[] addresses)
    {
        ILookup<bool, IPAddress> families = addresses.ToLookup(address => address.AddressFamily == AddressFamily.InterNetworkV6);
        IEnumerable<(int Rank, IPAddress Address)> Ranked(bool isV6) => families[isV6].Select((address, i) => ((i * 2) + (isV6 ? 0 : 1), address));
        return [.. Ranked(true).Concat(Ranked(false)).OrderBy(entry => entry.Rank).Select(entry => entry.Address).Take(MaxAttempts)];
    }

    private bool IsReachable(IPAddress address, AddressFamily? family)
        => (family is null || address.AddressFamily == family)
            && (_bind is null || address.AddressFamily == _bind.AddressFamily)
            && (address.AddressFamily == AddressFamily.InterNetwork ? Socket.OSSupportsIPv4 : Socket.OSSupportsIPv6);

    private async Task<Socket> RaceAsync(IPAddress[] addresses, int port, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var attempts = new List<Task<Socket>>();
        try
        {
            Exception? last = null;
            for (int next = 0; ;)
            {
                if (next < addresses.Length)
                    attempts.Add(ConnectAsync(addresses[next++], port, over.Token));
                if (attempts.Count == 0)
                    throw last!;
                Task<Task<Socket>> any = Task.WhenAny(attempts);
                if (next < addresses.Length)
                    await Task.WhenAny(any, Task.Delay(HeadStart, over.Token)).ConfigureAwait(false);
                else
                    await any.ConfigureAwait(false);
                if (!any.IsCompleted)
                    continue;
                Task<Socket> ended = await any.ConfigureAwait(false);
                attempts.Remove(ended);
                if (ended.IsCompletedSuccessfully)
                    return await ended.ConfigureAwait(false);
                last = ended.Exception?.InnerException ?? new OperationCanceledException(cancellation);
                cancellation.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            foreach (Task<Socket> attempt in attempts)
                _ = DiscardAsync(attempt);
        }
    }

    private static async Task DiscardAsync(Task<Socket> attempt)
    {
        try
        {
            (await attempt.ConfigureAwait(false)).Dispose();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It lost anyway.
        }
    }

    private async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (_bind is not null)
                socket.Bind(new IPEndPoint(_bind, 0));
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
