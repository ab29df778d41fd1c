/* The floor of an upload: the least a program can do for it with the same system calls. Edge-triggered epoll, requests parsed out of big receives, as
 * many blocks as fit 256 KiB read by one preadv each run and sent by one call. Everybody is unchoked; no limits, no state, one file, one thread.
 * usage: floor_upload INFO_HASH_HEX LENGTH PIECE_LENGTH FILE PORT ADDRESSES
 * Listens on that port of as many addresses, 127.0.0.1 and those after it, and is another peer to each connection. Says "ready", ends with its input. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BLOCK = 16384, HEADER = 13, MAX_REQUESTS = 4096, BATCH = 15, SCRATCH = 256 * 1024 };

struct request { uint32_t piece, offset, length; };

struct peer {
    int fd, listens, greeted, writable;
    unsigned char *in, *out;
    size_t have, out_from, out_to;
    struct request requests[MAX_REQUESTS];
    unsigned head, tail;
};

static int file;
static uint64_t length, uploaded;
static uint32_t piece_length;
static unsigned char hash[20];
static int set;

static void die(const char *what) { perror(what); exit(1); }
static void put32(unsigned char *p, uint32_t v) { p[0] = v >> 24; p[1] = v >> 16; p[2] = v >> 8; p[3] = v; }
static uint32_t get32(const unsigned char *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static void greet(struct peer *p)
{
    unsigned char *o = p->out + p->out_to;
    o[0] = 19;
    memcpy(o + 1, "BitTorrent protocol", 19);
    memset(o + 20, 0, 8);
    memcpy(o + 28, hash, 20);
    char id[21];
    snprintf(id, sizeof id, "-FL0001-floor-%06d", p->fd);
    memcpy(o + 48, id, 20);
    uint32_t pieces = (length + piece_length - 1) / piece_length, n = (pieces + 7) / 8;
    put32(o + 68, 1 + n);
    o[72] = 5;
    memset(o + 73, 0xff, n);
    if (pieces % 8) o[72 + n] = 0xff << (8 - pieces % 8);
    put32(o + 73 + n, 1);
    o[77 + n] = 1;
    p->out_to += 78 + n;
    p->greeted = 1;
}

static int parse(struct peer *p)
{
    size_t at = 0;
    if (!p->greeted) {
        if (p->have < 68) return 1;
        at = 68;
        greet(p);
    }
    while (p->have - at >= 4) {
        uint32_t n = get32(p->in + at);
        if (n > SCRATCH - 4) return 0;
        if (p->have - at < 4 + n) break;
        const unsigned char *m = p->in + at + 4;
        if (n == 13 && m[0] == 6) {
            struct request r = { get32(m + 1), get32(m + 5), get32(m + 9) };
            if (r.length > BLOCK || (uint64_t)r.piece * piece_length + r.offset + r.length > length || p->tail - p->head == MAX_REQUESTS) return 0;
            p->requests[p->tail++ % MAX_REQUESTS] = r;
        }
        at += 4 + n;
    }
    memmove(p->in, p->in + at, p->have - at);
    p->have -= at;
    return 1;
}

/* Lays the next blocks behind one another: one read for each run of neighbours. */
static void lay(struct peer *p)
{
    if (p->out_from == p->out_to) p->out_from = p->out_to = 0;
    while (p->head != p->tail) {
        struct iovec to[BATCH];
        int count = 0;
        uint64_t start = 0, next = 0;
        while (p->head != p->tail && count < BATCH) {
            struct request r = p->requests[p->head % MAX_REQUESTS];
            uint64_t offset = (uint64_t)r.piece * piece_length + r.offset;
            if (p->out_to + HEADER + r.length > SCRATCH || (count > 0 && offset != next)) break;
            unsigned char *o = p->out + p->out_to;
            put32(o, 9 + r.length);
            o[4] = 7;
            put32(o + 5, r.piece);
            put32(o + 9, r.offset);
            to[count++] = (struct iovec){ o + HEADER, r.length };
            if (count == 1) start = offset;
            next = offset + r.length;
            p->out_to += HEADER + r.length;
            p->head++;
        }
        if (count == 0) return;
        if (preadv(file, to, count, start) != (ssize_t)(next - start)) die("preadv");
        uploaded += next - start;
    }
}

static int work(struct peer *p, int readable)
{
    while (readable) {
        ssize_t k = recv(p->fd, p->in + p->have, SCRATCH - p->have, MSG_DONTWAIT);
        if (k == 0) return 0;
        if (k < 0) break;
        size_t room = SCRATCH - p->have;
        p->have += k;
        if (!parse(p)) return 0;
        if ((size_t)k < room) break;
    }
    while (p->writable) {
        if (p->out_from == p->out_to) lay(p);
        if (p->out_from == p->out_to) break;
        ssize_t k = send(p->fd, p->out + p->out_from, p->out_to - p->out_from, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (k < 0) p->writable = 0;
        else p->out_from += k;
    }
    return 1;
}

static void watch(struct peer *p, uint32_t what)
{
    struct epoll_event e = { .events = what, .data.ptr = p };
    if (epoll_ctl(set, EPOLL_CTL_ADD, p ? p->fd : 0, &e) < 0) die("epoll_ctl");
}

static void listen_at(uint32_t address, uint16_t port)
{
    struct peer *p = calloc(1, sizeof *p);
    int one = 1;
    p->fd = socket(AF_INET, SOCK_STREAM, 0);
    p->listens = 1;
    setsockopt(p->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address) };
    if (bind(p->fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(p->fd, 16) < 0) die("listen");
    watch(p, EPOLLIN);
}

static void accept_at(struct peer *listener)
{
    struct peer *p = calloc(1, sizeof *p);
    int one = 1;
    p->fd = accept(listener->fd, 0, 0);
    if (p->fd < 0) die("accept");
    setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    p->in = malloc(SCRATCH);
    p->out = malloc(SCRATCH);
    watch(p, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

int main(int argc, char **argv)
{
    if (argc != 7) return 2;
    for (int i = 0; i < 20; i++) sscanf(argv[1] + 2 * i, "%2hhx", hash + i);
    length = strtoull(argv[2], 0, 10);
    piece_length = strtoul(argv[3], 0, 10);
    file = open(argv[4], O_RDONLY);
    if (file < 0) die("open");
    set = epoll_create1(0);
    for (int i = 0; i < atoi(argv[6]); i++) listen_at(INADDR_LOOPBACK + i, atoi(argv[5]));
    watch(0, EPOLLIN);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[16];
        int n = epoll_wait(set, events, 16, -1);
        for (int i = 0; i < n; i++) {
            struct peer *p = events[i].data.ptr;
            if (!p) {
                printf("uploaded %lu\n", uploaded);
                return 0;
            }
            if (p->listens) {
                accept_at(p);
                continue;
            }
            if (p->fd < 0) continue;
            p->writable |= (events[i].events & EPOLLOUT) != 0;
            if (!work(p, (events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)) {
                close(p->fd);
                p->fd = -1;
            }
        }
    }
}
