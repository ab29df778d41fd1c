// Announces to a tracker as fast as it answers, from addresses of loopback: tracker_load udp|http PORT TORRENTS PEERS SECONDS
// Prints: answers, answers with an error, seconds, datagrams that had no answer.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SOURCES 32   // addresses that peers have: 127.0.1.1 and on
#define WINDOW 4     // datagrams under way a source: 128 in all fit the buffer of any tracker's socket
#define CONNECTIONS 64

static uint64_t state = 88172645463325252ull;
static uint32_t rnd(uint32_t below) {
    state ^= state << 13; state ^= state >> 7; state ^= state << 17;
    return (uint32_t)(((state >> 32) * below) >> 32);
}
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static void put32(uint8_t *p, uint32_t v) { v = htonl(v); memcpy(p, &v, 4); }
static struct sockaddr_in source(int i) {
    struct sockaddr_in a = { .sin_family = AF_INET };
    a.sin_addr.s_addr = htonl(0x7F000101 + i);
    return a;
}
static struct sockaddr_in tracker(int port) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}
// Info-hashes are these bytes; the tracker's list has them.
static void info_hash(uint8_t *to, uint32_t torrent) { memset(to, 0x54, 16); put32(to + 16, torrent * 2654435761u); }
static void peer_id(uint8_t *to, uint32_t peer) { memcpy(to, "-LD0001-0000000", 16); put32(to + 16, peer); }

static long answers, errors, lost;

static void fill(uint8_t *p, const uint8_t *connection, uint32_t torrents, uint32_t peers, int src) {
    uint32_t peer = rnd(peers / SOURCES) * SOURCES + src;
    memset(p, 0, 98);
    memcpy(p, connection, 8);
    put32(p + 8, 1);
    put32(p + 12, rnd(0x7FFFFFFF));
    info_hash(p + 16, rnd(torrents));
    peer_id(p + 36, peer);
    put32(p + 68, peer % 4 ? 1000 : 0); // a quarter are seeders
    put32(p + 88, peer * 2654435761u);
    put32(p + 92, 50);
    p[96] = (10000 + peer / SOURCES) >> 8;
    p[97] = (uint8_t)(10000 + peer / SOURCES);
}

static int udp(int port, uint32_t torrents, uint32_t peers, double seconds) {
    int fds[SOURCES];
    uint8_t connections[SOURCES][8];
    struct sockaddr_in to = tracker(port);
    for (int i = 0; i < SOURCES; i++) {
        struct sockaddr_in from = source(i);
        fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
        if (bind(fds[i], (void *)&from, sizeof from) || connect(fds[i], (void *)&to, sizeof to)) { perror("bind"); return 1; }
        uint8_t p[16] = { 0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80 }, a[64];
        struct timeval patience = { 2, 0 };
        setsockopt(fds[i], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (send(fds[i], p, 16, 0) != 16 || recv(fds[i], a, sizeof a, 0) != 16) { fprintf(stderr, "no connection id\n"); return 1; }
        memcpy(connections[i], a + 8, 8);
    }
    static uint8_t out[WINDOW][98], in[WINDOW][2048];
    struct iovec outs[WINDOW], ins[WINDOW];
    struct mmsghdr outm[WINDOW] = { 0 }, inm[WINDOW] = { 0 };
    for (int i = 0; i < WINDOW; i++) {
        outs[i] = (struct iovec){ out[i], 98 };
        ins[i] = (struct iovec){ in[i], 2048 };
        outm[i].msg_hdr.msg_iov = &outs[i]; outm[i].msg_hdr.msg_iovlen = 1;
        inm[i].msg_hdr.msg_iov = &ins[i]; inm[i].msg_hdr.msg_iovlen = 1;
    }
    int under_way[SOURCES] = { 0 };
    double start = now(), end = start + seconds, last = start;
    for (;;) {
        int any = 0;
        for (int i = 0; i < SOURCES; i++) {
            int got = under_way[i] ? recvmmsg(fds[i], inm, WINDOW, MSG_DONTWAIT, NULL) : 0;
            for (int j = 0; j < got; j++)
                if (in[j][3] == 1) answers++; else errors++;
            if (got > 0) { under_way[i] -= got; any = 1; if (under_way[i] < 0) under_way[i] = 0; }
            int n = WINDOW - under_way[i];
            for (int j = 0; j < n; j++) fill(out[j], connections[i], torrents, peers, i);
            if (n > 0) { int sent = sendmmsg(fds[i], outm, n, 0); if (sent > 0) under_way[i] += sent; }
        }
        double t = now();
        if (any) last = t;
        if (t >= end) break;
        if (t - last > 0.1) { for (int i = 0; i < SOURCES; i++) { lost += under_way[i]; under_way[i] = 0; } last = t; }
    }
    printf("%ld %ld %.3f %ld\n", answers, errors, now() - start, lost);
    return 0;
}

struct conn { int fd; int sent; int got; char out[512]; int length; char in[8192]; };

static int escaped(char *to, const uint8_t *b) {
    int n = 0;
    for (int i = 0; i < 20; i++) n += sprintf(to + n, "%%%02X", b[i]);
    return n;
}

static void begin(struct conn *c, int epoll, struct sockaddr_in *to, uint32_t torrents, uint32_t peers) {
    uint32_t src = rnd(SOURCES), peer = rnd(peers / SOURCES) * SOURCES + src;
    uint8_t hash[20], id[20];
    char eh[64], ei[64];
    info_hash(hash, rnd(torrents)); peer_id(id, peer); escaped(eh, hash); escaped(ei, id);
    c->length = sprintf(c->out,
        "GET /announce?info_hash=%s&peer_id=%s&port=%u&uploaded=0&downloaded=0&left=%d&key=%08X&numwant=50&compact=1&no_peer_id=1 HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\nUser-Agent: load\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
        eh, ei, 10000 + peer / SOURCES, peer % 4 ? 1000 : 0, peer * 2654435761u);
    c->sent = c->got = 0;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int one = 1;
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    struct sockaddr_in from = source(src);
    if (bind(c->fd, (void *)&from, sizeof from)) perror("bind");
    if (connect(c->fd, (void *)to, sizeof *to) && errno != EINPROGRESS) { perror("connect"); exit(1); }
    struct epoll_event e = { .events = EPOLLOUT, .data.ptr = c };
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
}

static int http(int port, uint32_t torrents, uint32_t peers, double seconds) {
    static struct conn conns[CONNECTIONS];
    struct sockaddr_in to = tracker(port);
    int epoll = epoll_create1(0);
    double start = now(), end = start + seconds;
    for (int i = 0; i < CONNECTIONS; i++) begin(&conns[i], epoll, &to, torrents, peers);
    struct epoll_event events[64];
    while (now() < end) {
        int n = epoll_wait(epoll, events, 64, 100);
        for (int i = 0; i < n; i++) {
            struct conn *c = events[i].data.ptr;
            if (c->sent < c->length) {
                ssize_t s = send(c->fd, c->out + c->sent, c->length - c->sent, MSG_NOSIGNAL);
                if (s > 0) c->sent += s;
                else if (errno != EAGAIN) { lost++; close(c->fd); begin(c, epoll, &to, torrents, peers); continue; }
                if (c->sent == c->length) { struct epoll_event e = { .events = EPOLLIN, .data.ptr = c }; epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e); }
                continue;
            }
            ssize_t r = recv(c->fd, c->in + c->got, sizeof c->in - 1 - c->got, 0);
            if (r > 0) { c->got += r; continue; }
            if (r < 0 && errno == EAGAIN) continue;
            c->in[c->got] = 0;
            char *body = memmem(c->in, c->got, "\r\n\r\n", 4);
            if (body && memmem(body, c->got - (body - c->in), "8:complete", 10)) answers++; else errors++;
            close(c->fd);
            begin(c, epoll, &to, torrents, peers);
        }
    }
    printf("%ld %ld %.3f %ld\n", answers, errors, now() - start, lost);
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 6) { fprintf(stderr, "tracker_load udp|http PORT TORRENTS PEERS SECONDS\n"); return 2; }
    int port = atoi(argv[2]), torrents = atoi(argv[3]), peers = atoi(argv[4]);
    return strcmp(argv[1], "udp") ? http(port, torrents, peers, atof(argv[5])) : udp(port, torrents, peers, atof(argv[5]));
}
