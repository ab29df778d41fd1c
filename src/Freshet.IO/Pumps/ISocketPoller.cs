using System.Net;
using System.Net.Sockets;
using Freshet.IO.Udp;

namespace Freshet.IO.Pumps;

/// <summary>Makes the sockets of one pump and waits for them. All but <see cref="Wake"/> is called by the pump's thread alone.</summary>
internal interface ISocketPoller : IDisposable
{
    /// <summary>Whether new connections are reported and taken from the listeners; they wait in the system's queue meanwhile.</summary>
    bool Accepting { get; set; }

    /// <summary>Takes new connections from a listening socket too, which others may share and which its owner closes.</summary>
    void AddListener(Socket listener);

    /// <summary>Watches a bound UDP socket too, which its owner closes after this is disposed of; the answer's own properties tell what it is ready for after a <see cref="Wait"/>.</summary>
    /// <param name="socket">The socket; others may send through it, and one pump receives.</param>
    /// <param name="receives">Whether what comes is received by this one.</param>
    DatagramSocket AddDatagrams(Socket socket, bool receives);

    /// <summary>Takes one new connection.</summary>
    /// <returns>Null with WouldBlock where there is none, or with what kept it from being taken.</returns>
    PeerSocket? Accept(out IPEndPoint? remote, out SocketError error);

    /// <summary>Begins to connect; <see cref="PeerSocket.ConnectResult"/> tells more once the socket is reported ready.</summary>
    /// <param name="remote">Where to.</param>
    /// <param name="source">The local address to use, or null.</param>
    /// <param name="error">Why there is no socket.</param>
    PeerSocket? Connect(IPEndPoint remote, IPAddress? source, out SocketError error);

    /// <summary>Waits until a socket is ready, <see cref="Wake"/> was called, or the time is over.</summary>
    /// <param name="timeout">How long at the most; rounded up to milliseconds.</param>
    /// <param name="ready">Gets the sockets that became ready for something.</param>
    void Wait(TimeSpan timeout, List<PeerSocket> ready);

    /// <summary>Ends a <see cref="Wait"/>, or the next one. From any thread.</summary>
    void Wake();
}
