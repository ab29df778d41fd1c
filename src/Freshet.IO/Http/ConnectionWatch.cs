using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Freshet.Abstractions;

namespace Freshet.IO.Http;

/// <summary>Writes down what becomes known of one connection.</summary>
internal sealed class ConnectionWatch
{
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>What is known so far; null before there is a connection.</summary>
    public HttpConnectionFacts? Facts { get; private set; }

    /// <summary>The connection is open.</summary>
    public void Connected(IPEndPoint remote) => Facts = new HttpConnectionFacts(remote, Stopwatch.GetElapsedTime(_started), null);

    /// <summary>Accepts a certificate as the system does, and no other (THREATS H3).</summary>
    public bool Judge(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is X509Certificate2 full && Facts is { } facts)
        {
            string? trouble = errors == SslPolicyErrors.None ? null : Describe(full, chain, errors);
            Facts = facts with
            {
                Tls = new TlsFacts(null, null, full.GetNameInfo(X509NameType.DnsName, forIssuer: false), full.GetNameInfo(X509NameType.SimpleName, forIssuer: true), new DateTimeOffset(full.NotAfter), trouble),
            };
        }

        return errors == SslPolicyErrors.None;
    }

    /// <summary>The TLS handshake is through; no stream where there is none.</summary>
    public void Agreed(SslStream? stream)
    {
        if (stream is not null && Facts is { Tls: { } tls } facts)
            Facts = facts with { Tls = tls with { Version = stream.SslProtocol.ToString(), Cipher = stream.NegotiatedCipherSuite.ToString() } };
    }

    private static string Describe(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var troubles = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            troubles.Add("it is for another name");
        if (DateTime.Now > certificate.NotAfter)
            troubles.Add("it has expired");
        else if (DateTime.Now < certificate.NotBefore)
            troubles.Add("it is not good yet");
        else if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            troubles.Add(Chain(chain));
        return troubles.Count > 0 ? string.Join(", ", troubles) : "there is none";
    }

    private static string Chain(X509Chain? chain)
        => chain is not null && chain.ChainStatus.Any(status => status.Status is X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain)
            ? "nobody that this machine trusts has signed it"
            : "the chain of certificates is not valid";
}
