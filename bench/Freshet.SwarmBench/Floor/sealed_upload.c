/* A seeder that encrypts (MSE, RC4) and takes next to nothing for it while it is watched: when all peers are there it makes the streams, then unchokes all
 * at once; a block costs it one pass over memory and one system call. Everything else is as in floor_upload.
 * usage: sealed_upload INFO_HASH_HEX LENGTH PIECE_LENGTH FILE PORT PEERS
 * Listens on that port of as many addresses, 127.0.0.1 and those after it, and waits for a connection at each. Says "ready"; when all connections of run N
 * are gone "run N took SECONDS CPU_SECONDS BYTES", counted from unchoking; the bytes are those for which the streams were too short. Ends with its input. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/bn.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 16384, HEADER = 13, MAX_REQUESTS = 4096, SCRATCH = 256 * 1024, KEY = 96, PAD = 512, DROPPED = 1024, RC4_CHOSEN = 2, MAX_PEERS = 64 };

typedef long long wide __attribute__((vector_size(16), aligned(1), may_alias));
struct rc4 { uint32_t table[256]; uint8_t i, j; };
struct request { uint32_t piece, offset, length; };
enum stage { WANTS_KEY, WANTS_MARK, WANTS_NAME, WANTS_TERMS, WANTS_PAD, WANTS_HANDSHAKE, READY };

struct peer {
    int fd, listens, writable;
    enum stage stage;
    uint32_t pad;
    unsigned char secret[KEY];
    struct rc4 in_key, out_key;
    unsigned char *in, *out, *stream;
    size_t stream_at, stream_end;
    size_t have, clear, out_from, out_to;
    struct request requests[MAX_REQUESTS];
    unsigned head, tail;
};

static const char PRIME[] = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
                            "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A36210000000000090563";

static const unsigned char *content;
static uint64_t length, late;
static size_t room; /* of a peer's stream */
static uint32_t piece_length;
static unsigned char hash[20];
static int set, wanted, present, greeted, run = 1;
static struct peer *peers;
static struct timespec started, used;

static void die(const char *what) { perror(what); exit(1); }
static double seconds(struct timespec from, struct timespec to) { return to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9; }
static void put32(unsigned char *p, uint32_t v) { p[0] = v >> 24; p[1] = v >> 16; p[2] = v >> 8; p[3] = v; }
static uint32_t get32(const unsigned char *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static void rc4(struct rc4 *k, unsigned char *p, size_t n)
{
    uint8_t i = k->i, j = k->j;
    while (n-- > 0) {
        uint32_t a = k->table[++i], b = k->table[j += a];
        k->table[i] = b;
        k->table[j] = a;
        *p++ ^= k->table[(uint8_t)(a + b)];
    }
    k->i = i;
    k->j = j;
}

static void hashed(unsigned char *to, const char *name, const unsigned char *a, size_t n, const unsigned char *b, size_t m)
{
    unsigned char text[4 + KEY + 20];
    memcpy(text, name, 4);
    memcpy(text + 4, a, n);
    memcpy(text + 4 + n, b, m);
    SHA1(text, 4 + n + m, to);
}

static void key_of(struct rc4 *k, const char *name, const unsigned char *secret)
{
    unsigned char key[20], dropped[DROPPED];
    hashed(key, name, secret, KEY, hash, 20);
    for (int i = 0; i < 256; i++) k->table[i] = i;
    for (int i = 0, j = 0; i < 256; i++) {
        uint32_t a = k->table[i];
        j = (j + a + key[i % 20]) & 255;
        k->table[i] = k->table[j];
        k->table[j] = a;
    }
    k->i = k->j = 0;
    rc4(k, dropped, DROPPED);
}

/* Reads the peer's public key, queues ours, without padding. */
static void agree(struct peer *p)
{
    unsigned char secret[20];
    RAND_bytes(secret, sizeof secret);
    BN_CTX *c = BN_CTX_new();
    BIGNUM *prime = 0, *two = 0, *ours = BN_bin2bn(secret, sizeof secret, 0), *theirs = BN_bin2bn(p->in, KEY, 0), *result = BN_new();
    BN_hex2bn(&prime, PRIME);
    BN_hex2bn(&two, "2");
    BN_mod_exp(result, two, ours, prime, c);
    BN_bn2binpad(result, p->out + p->out_to, KEY);
    p->out_to += KEY;
    BN_mod_exp(result, theirs, ours, prime, c);
    BN_bn2binpad(result, p->secret, KEY);
    BN_free(prime); BN_free(two); BN_free(ours); BN_free(theirs); BN_free(result);
    BN_CTX_free(c);
    key_of(&p->in_key, "keyA", p->secret);
    key_of(&p->out_key, "keyB", p->secret);
}

/* Queues what is left of the negotiation, our handshake and that we have all. */
static void greet(struct peer *p)
{
    unsigned char *o = p->out + p->out_to, *start = o;
    memset(o, 0, 14);
    o[11] = RC4_CHOSEN;
    o += 14;
    o[0] = 19;
    memcpy(o + 1, "BitTorrent protocol", 19);
    memset(o + 20, 0, 8);
    memcpy(o + 28, hash, 20);
    char id[21];
    snprintf(id, sizeof id, "-FL0001-seal-%07d", p->fd);
    memcpy(o + 48, id, 20);
    uint32_t pieces = (length + piece_length - 1) / piece_length, n = (pieces + 7) / 8;
    put32(o + 68, 1 + n);
    o[72] = 5;
    memset(o + 73, 0xff, n);
    if (pieces % 8) o[72 + n] = 0xff << (8 - pieces % 8);
    o += 73 + n;
    rc4(&p->out_key, start, o - start);
    p->out_to += o - start;
    greeted++;
}

static int request(struct peer *p, const unsigned char *m)
{
    struct request r = { get32(m), get32(m + 4), get32(m + 8) };
    if (r.length > BLOCK || (uint64_t)r.piece * piece_length + r.offset + r.length > length || p->tail - p->head == MAX_REQUESTS) return 0;
    p->requests[p->tail++ % MAX_REQUESTS] = r;
    return 1;
}

/* Takes from the front of what came, as far as it is whole. */
static int parse(struct peer *p)
{
    size_t at = 0;
    unsigned char mark[20];
    for (;;) {
        unsigned char *m = p->in + at;
        size_t left = p->have - at;
        if (p->stage >= WANTS_TERMS && p->clear < p->have) {
            size_t from = p->clear > at ? p->clear : at;
            rc4(&p->in_key, p->in + from, p->have - from);
            p->clear = p->have;
        }
        if (p->stage == WANTS_KEY) {
            if (left < KEY) break;
            agree(p);
            at += KEY;
            p->stage = WANTS_MARK;
        } else if (p->stage == WANTS_MARK) {
            hashed(mark, "req1", p->secret, KEY, 0, 0);
            unsigned char *found = memmem(m, left, mark, 20);
            if (!found && left >= PAD + 20) return 0;
            if (!found) break;
            at = found + 20 - p->in;
            p->stage = WANTS_NAME;
        } else if (p->stage == WANTS_NAME) {
            if (left < 20) break;
            unsigned char name[20];
            hashed(mark, "req3", p->secret, KEY, 0, 0);
            hashed(name, "req2", hash, 20, 0, 0);
            for (int i = 0; i < 20; i++)
                if ((m[i] ^ mark[i]) != name[i]) return 0;
            at += 20;
            p->clear = at;
            p->stage = WANTS_TERMS;
        } else if (p->stage == WANTS_TERMS) {
            if (left < 14) break;
            if (!(get32(m + 8) & RC4_CHOSEN)) return 0;
            p->pad = m[12] << 8 | m[13];
            at += 14;
            p->stage = WANTS_PAD;
        } else if (p->stage == WANTS_PAD) {
            /* The length of the handshake that comes along tells nothing: it goes on as the rest does. */
            if (left < p->pad + 2) break;
            at += p->pad + 2;
            p->stage = WANTS_HANDSHAKE;
        } else if (p->stage == WANTS_HANDSHAKE) {
            if (left < 68) break;
            at += 68;
            greet(p);
            p->stage = READY;
        } else {
            if (left < 4) break;
            uint32_t n = get32(m);
            if (n > SCRATCH - 4) return 0;
            if (left < 4 + n) break;
            if (n == 13 && m[4] == 6 && !request(p, m + 5)) return 0;
            at += 4 + n;
        }
    }
    memmove(p->in, p->in + at, p->have - at);
    p->have -= at;
    p->clear = p->clear > at ? p->clear - at : 0;
    return 1;
}

/* Unchokes everybody, and makes the streams beforehand. */
static void start(void)
{
    for (int i = 0; i < wanted; i++) {
        struct peer *p = peers + i;
        unsigned char *o = p->out + p->out_to;
        put32(o, 1);
        o[4] = 1;
        rc4(&p->out_key, o, 5);
        p->out_to += 5;
        memset(p->stream, 0, room);
        rc4(&p->out_key, p->stream, room);
        p->stream_at = 0;
        p->stream_end = room;
    }
    clock_gettime(CLOCK_MONOTONIC, &started);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
}

/* Writes bytes under the stream. */
static void seal(struct peer *p, const unsigned char *from, size_t n)
{
    unsigned char *to = p->out + p->out_to;
    p->out_to += n;
    size_t made = p->stream_end - p->stream_at;
    if (made < n) {
        /* Asked for more than its share: from here on it encrypts as it goes. */
        for (size_t i = 0; i < made; i++) to[i] = from[i] ^ p->stream[p->stream_at + i];
        memcpy(to + made, from + made, n - made);
        rc4(&p->out_key, to + made, n - made);
        p->stream_at = p->stream_end;
        late += n - made;
        return;
    }
    const unsigned char *key = p->stream + p->stream_at;
    p->stream_at += n;
    for (; n >= sizeof(wide); n -= sizeof(wide), to += sizeof(wide), from += sizeof(wide), key += sizeof(wide))
        *(wide *)to = *(const wide *)from ^ *(const wide *)key;
    while (n-- > 0) *to++ = *from++ ^ *key++;
}

static void lay(struct peer *p)
{
    p->out_from = p->out_to = 0;
    while (p->head != p->tail) {
        struct request r = p->requests[p->head % MAX_REQUESTS];
        if (p->out_to + HEADER + r.length > SCRATCH) return;
        unsigned char header[HEADER];
        put32(header, 9 + r.length);
        header[4] = 7;
        put32(header + 5, r.piece);
        put32(header + 9, r.offset);
        seal(p, header, HEADER);
        seal(p, content + (uint64_t)r.piece * piece_length + r.offset, r.length);
        p->head++;
    }
}

static int work(struct peer *p, int readable)
{
    while (readable) {
        ssize_t k = recv(p->fd, p->in + p->have, SCRATCH - p->have, MSG_DONTWAIT);
        if (k == 0 || (k < 0 && errno != EAGAIN)) return 0;
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
    int one = 1, fd = accept(listener->fd, 0, 0);
    if (fd < 0) die("accept");
    struct peer *p = peers;
    while (p < peers + wanted && p->fd >= 0) p++;
    if (p == peers + wanted) {
        close(fd);
        return;
    }
    p->fd = fd;
    p->stage = WANTS_KEY;
    p->writable = 0;
    p->have = p->clear = p->out_from = p->out_to = p->stream_at = p->stream_end = 0;
    p->head = p->tail = 0;
    present++;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(p, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

/* A connection is over; the last one ends the run. */
static void leave(struct peer *p)
{
    close(p->fd);
    p->fd = -1;
    if (--present > 0 || greeted < wanted) return;
    struct timespec now, cpu;
    clock_gettime(CLOCK_MONOTONIC, &now);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("run %d took %.6f %.6f %lu\n", run++, seconds(started, now), seconds(used, cpu), late);
    fflush(stdout);
    greeted = 0;
    late = 0;
}

int main(int argc, char **argv)
{
    if (argc != 7) return 2;
    for (int i = 0; i < 20; i++) sscanf(argv[1] + 2 * i, "%2hhx", hash + i);
    length = strtoull(argv[2], 0, 10);
    piece_length = strtoul(argv[3], 0, 10);
    int file = open(argv[4], O_RDONLY);
    if (file < 0 || (content = mmap(0, length, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0)) == MAP_FAILED) die("open");
    wanted = atoi(argv[6]);
    if (wanted < 1 || wanted > MAX_PEERS) return 2;
    peers = calloc(wanted, sizeof *peers);
    /* Half as much again as each one's share. Their memory is touched here and for good: a run shall not pay for what its machine gets from a host. */
    size_t share = length / wanted;
    room = (wanted == 1 ? share : share + share / 2) / BLOCK * (BLOCK + HEADER) + SCRATCH;
    set = epoll_create1(0);
    for (int i = 0; i < wanted; i++) {
        peers[i].fd = -1;
        peers[i].in = malloc(SCRATCH);
        peers[i].out = malloc(SCRATCH);
        peers[i].stream = mmap(0, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (peers[i].stream == MAP_FAILED) die("mmap");
        listen_at(INADDR_LOOPBACK + i, atoi(argv[5]));
    }
    watch(0, EPOLLIN);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[16];
        int n = epoll_wait(set, events, 16, -1), before = greeted;
        for (int i = 0; i < n; i++) {
            struct peer *p = events[i].data.ptr;
            if (!p) return 0;
            if (p->listens) {
                accept_at(p);
                continue;
            }
            if (p->fd < 0) continue;
            p->writable |= (events[i].events & EPOLLOUT) != 0;
            if (!work(p, (events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)) leave(p);
        }
        if (before < wanted && greeted == wanted) {
            start();
            for (int i = 0; i < wanted; i++)
                if (!work(peers + i, 1)) leave(peers + i);
        }
    }
}
