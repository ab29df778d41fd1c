/* The floor of a download: the least a program can do for it with the same system calls. One connection, big receives, requests kept
 * 1,000 deep, SHA-1 of each whole piece through libcrypto, one pwrite a piece. No picker, no peers, no state, one file, one thread.
 * usage: floor_download INFO_HASH_HEX LENGTH PIECE_LENGTH PIECE_HASHES_FILE HOST PORT OUT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BLOCK = 16384, DEPTH = 1000, SCRATCH = 256 * 1024, SLOTS = 64 };

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

int main(int argc, char **argv)
{
    if (argc != 8) return 2;
    uint64_t length = strtoull(argv[2], 0, 10);
    uint32_t piece_length = strtoul(argv[3], 0, 10);
    uint64_t blocks = (length + BLOCK - 1) / BLOCK, pieces = (length + piece_length - 1) / piece_length;
    unsigned char *hashes = malloc(pieces * 20);
    FILE *file = fopen(argv[4], "rb");
    if (!file || fread(hashes, 20, pieces, file) != pieces) die("hashes");
    fclose(file);

    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[6])) };
    inet_pton(AF_INET, argv[5], &to.sin_addr);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int out = open(argv[7], O_CREAT | O_RDWR | O_TRUNC, 0644);
    if (out < 0) die("open");

    unsigned char hello[68 + 5] = { 19 };
    memcpy(hello + 1, "BitTorrent protocol", 19);
    for (int i = 0; i < 20; i++) sscanf(argv[1] + 2 * i, "%2hhx", hello + 28 + i);
    memcpy(hello + 48, "-FL0001-floor-floor-", 20);
    hello[71] = 1;
    hello[72] = 2; /* interested */
    send_all(fd, hello, sizeof hello);

    unsigned char *scratch = malloc(SCRATCH), *memory = malloc((size_t)SLOTS * piece_length), *requests = malloc(DEPTH * 17);
    uint32_t *got = calloc(pieces, sizeof *got);
    size_t have = 0;
    uint64_t asked = 0, received = 0, done = 0;
    int handshaken = 0, unchoked = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const EVP_MD *sha1 = EVP_sha1();
    while (done < pieces) {
        if (unchoked && asked < blocks && asked - received < DEPTH * 3 / 4) {
            size_t n = 0;
            for (; asked < blocks && asked - received < DEPTH; asked++, n += 17) {
                uint64_t offset = asked * BLOCK;
                unsigned char *r = requests + n;
                put32(r, 13);
                r[4] = 6;
                put32(r + 5, offset / piece_length);
                put32(r + 9, offset % piece_length);
                put32(r + 13, length - offset < BLOCK ? length - offset : BLOCK);
            }
            send_all(fd, requests, n);
        }
        ssize_t k = recv(fd, scratch + have, SCRATCH - have, 0);
        if (k <= 0) die("recv");
        have += k;
        size_t at = 0;
        if (!handshaken) {
            if (have < 68) continue;
            at = 68;
            handshaken = 1;
        }
        while (have - at >= 4) {
            uint32_t n = get32(scratch + at);
            if (n > SCRATCH - 4) return 3;
            if (have - at < 4 + n) break;
            const unsigned char *m = scratch + at + 4;
            if (n > 0 && m[0] == 1) unchoked = 1;
            if (n > 9 && m[0] == 7) {
                uint32_t piece = get32(m + 1), offset = get32(m + 5);
                if (piece >= pieces || offset + n - 9 > piece_length) return 3;
                unsigned char *slot = memory + (size_t)(piece % SLOTS) * piece_length;
                memcpy(slot + offset, m + 9, n - 9);
                got[piece] += n - 9;
                received++;
                uint64_t start = (uint64_t)piece * piece_length;
                uint32_t whole = length - start < piece_length ? length - start : piece_length;
                if (got[piece] == whole) {
                    unsigned char digest[20];
                    EVP_DigestInit_ex(context, sha1, 0);
                    EVP_DigestUpdate(context, slot, whole);
                    EVP_DigestFinal_ex(context, digest, 0);
                    if (memcmp(digest, hashes + 20 * (size_t)piece, 20) != 0) return 4;
                    if (pwrite(out, slot, whole, start) != whole) die("pwrite");
                    done++;
                }
            }
            at += 4 + n;
        }
        memmove(scratch, scratch + at, have - at);
        have -= at;
    }
    return 0;
}
