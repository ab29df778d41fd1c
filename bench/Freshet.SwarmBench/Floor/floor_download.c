/* The floor of a download: the least a program can do for it with the same system calls. Big receives into one scratch a connection, each block copied once to its
 * piece, one SHA-1 and one pwrite a piece. No picker, no state, one file, one thread.
 * usage: floor_download INFO_HASH_HEX LENGTH PIECE_LENGTH PIECE_HASHES_FILE OUT HOST PORT [HOST PORT]… */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BLOCK = 16384, DEPTH = 1000, SCRATCH = 256 * 1024, MAX_LINKS = 64 };

struct link {
    int fd, handshaken, unchoked;
    unsigned char *scratch;
    size_t have;
    unsigned outstanding;      /* blocks asked for */
    uint64_t at, end;          /* of the piece that is being asked for */
};

static uint64_t length, pieces, next_piece, done;
static uint32_t piece_length;
static unsigned char *hashes, **memory, **spare, *requests;
static uint32_t *got;
static size_t spares;
static unsigned depth;         /* of each link: all together have DEPTH */
static int out;
static EVP_MD_CTX *context;

static void die(const char *what) { perror(what); exit(1); }

static void put32(unsigned char *p, uint32_t v) { p[0] = v >> 24; p[1] = v >> 16; p[2] = v >> 8; p[3] = v; }
static uint32_t get32(const unsigned char *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static void send_all(int fd, const unsigned char *p, size_t n)
{
    while (n > 0) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k < 0) die("send");
        p += k;
        n -= k;
    }
}

static uint32_t length_of(uint64_t piece)
{
    uint64_t start = piece * piece_length;
    return length - start < piece_length ? length - start : piece_length;
}

static void greet(struct link *l, const char *host, int port, const unsigned char *hash)
{
    int one = 1;
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    inet_pton(AF_INET, host, &to.sin_addr);
    l->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(l->fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
    setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    unsigned char hello[68 + 5] = { 19 };
    memcpy(hello + 1, "BitTorrent protocol", 19);
    memcpy(hello + 28, hash, 20);
    memcpy(hello + 48, "-FL0001-floor-floor-", 20);
    hello[71] = 1;
    hello[72] = 2; /* interested */
    send_all(l->fd, hello, sizeof hello);
    l->scratch = malloc(SCRATCH);
}

/* Asks for more once a quarter has come, piece after piece, whichever is next for anybody. */
static void ask(struct link *l)
{
    if (!l->unchoked || l->outstanding >= depth * 3 / 4) return;
    size_t n = 0;
    for (; l->outstanding < depth; l->outstanding++, n += 17) {
        if (l->at == l->end) {
            if (next_piece == pieces) break;
            l->at = next_piece * piece_length;
            l->end = l->at + length_of(next_piece);
            memory[next_piece++] = spares > 0 ? spare[--spares] : malloc(piece_length);
        }
        unsigned char *r = requests + n;
        uint32_t block = l->end - l->at < BLOCK ? l->end - l->at : BLOCK;
        put32(r, 13);
        r[4] = 6;
        put32(r + 5, l->at / piece_length);
        put32(r + 9, l->at % piece_length);
        put32(r + 13, block);
        l->at += block;
    }
    if (n > 0) send_all(l->fd, requests, n);
}

static void take(struct link *l, const unsigned char *m, uint32_t n)
{
    uint32_t piece = get32(m + 1), offset = get32(m + 5);
    if (piece >= next_piece || !memory[piece] || offset + n - 9 > piece_length) exit(3);
    memcpy(memory[piece] + offset, m + 9, n - 9);
    got[piece] += n - 9;
    l->outstanding--;
    uint32_t whole = length_of(piece);
    if (got[piece] < whole) return;
    unsigned char digest[20];
    EVP_DigestInit_ex(context, EVP_sha1(), 0);
    EVP_DigestUpdate(context, memory[piece], whole);
    EVP_DigestFinal_ex(context, digest, 0);
    if (memcmp(digest, hashes + 20 * (size_t)piece, 20) != 0) exit(4);
    if (pwrite(out, memory[piece], whole, (uint64_t)piece * piece_length) != whole) die("pwrite");
    spare[spares++] = memory[piece];
    memory[piece] = 0;
    done++;
}

static void work(struct link *l)
{
    ask(l);
    ssize_t k = recv(l->fd, l->scratch + l->have, SCRATCH - l->have, 0);
    if (k <= 0) die("recv");
    l->have += k;
    size_t at = 0;
    if (!l->handshaken) {
        if (l->have < 68) return;
        at = 68;
        l->handshaken = 1;
    }
    while (l->have - at >= 4) {
        uint32_t n = get32(l->scratch + at);
        if (n > SCRATCH - 4) exit(3);
        if (l->have - at < 4 + n) break;
        const unsigned char *m = l->scratch + at + 4;
        if (n > 0 && m[0] == 1) l->unchoked = 1;
        if (n > 9 && m[0] == 7) take(l, m, n);
        at += 4 + n;
    }
    memmove(l->scratch, l->scratch + at, l->have - at);
    l->have -= at;
    ask(l);
}

int main(int argc, char **argv)
{
    int count = (argc - 6) / 2;
    if (count < 1 || count > MAX_LINKS || argc % 2 != 0) return 2;
    length = strtoull(argv[2], 0, 10);
    piece_length = strtoul(argv[3], 0, 10);
    pieces = (length + piece_length - 1) / piece_length;
    depth = DEPTH / count;
    hashes = malloc(pieces * 20);
    memory = calloc(pieces, sizeof *memory);
    spare = malloc(pieces * sizeof *spare);
    got = calloc(pieces, sizeof *got);
    requests = malloc((size_t)depth * 17);
    context = EVP_MD_CTX_new();
    FILE *file = fopen(argv[4], "rb");
    if (!file || fread(hashes, 20, pieces, file) != pieces) die("hashes");
    fclose(file);
    out = open(argv[5], O_CREAT | O_RDWR | O_TRUNC, 0644);
    if (out < 0) die("open");
    unsigned char hash[20];
    for (int i = 0; i < 20; i++) sscanf(argv[1] + 2 * i, "%2hhx", hash + i);
    static struct link links[MAX_LINKS];
    for (int i = 0; i < count; i++) greet(&links[i], argv[6 + 2 * i], atoi(argv[7 + 2 * i]), hash);

    /* One connection is waited for in recv; several need to be told apart. */
    while (count == 1 && done < pieces) work(&links[0]);
    int set = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        struct epoll_event e = { .events = EPOLLIN, .data.ptr = &links[i] };
        epoll_ctl(set, EPOLL_CTL_ADD, links[i].fd, &e);
    }
    while (done < pieces) {
        struct epoll_event events[MAX_LINKS];
        int n = epoll_wait(set, events, MAX_LINKS, -1);
        for (int i = 0; i < n && done < pieces; i++) work(events[i].data.ptr);
    }
    return 0;
}
