"""A libtorrent client for the tests: makes torrents, seeds and downloads. Speaks lines on standard output.

make OUT CONTENT PIECE_LENGTH KIND [TRACKER...]  writes a torrent of a file or folder: v1, v2, hybrid; v2-bare and hybrid-bare lack the piece layers
seed TORRENT FOLDER PORT [RATE]                  seeds; says "ready" when it is a seed, and "uploaded BYTES" at the end of its input
leech TORRENT FOLDER PEER_HOST PEER_PORT         downloads, a torrent file or a magnet link; says "done SECONDS" when it has everything
join TORRENT FOLDER PORT [RATE]                  finds peers by its trackers, downloads, says "done SECONDS" and goes on giving; ends as "seed" does
local TORRENT FOLDER PORT                        the same, by local discovery

With "encrypts" behind these it speaks with nobody who does not encrypt all, with "utp" over uTP alone.
"""
import sys
import time

import libtorrent as lt

WORDS = sys.argv[1:]
ENCRYPTS = "encrypts" in WORDS
UTP = "utp" in WORDS


def make(out, content, piece_length, kind, *trackers):
    storage = lt.file_storage()
    lt.add_files(storage, content)
    flags = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}[kind.removesuffix("-bare")]
    torrent = lt.create_torrent(storage, int(piece_length), flags=flags)
    for tier, tracker in enumerate(trackers):
        torrent.add_tracker(tracker, tier)
    import os
    lt.set_piece_hashes(torrent, os.path.dirname(content))
    entry = torrent.generate()
    if kind.endswith("-bare"):
        del entry[b"piece layers"]
    with open(out, "wb") as file:
        file.write(lt.bencode(entry))


def session(port, rate=0, lsd=False):
    ses = lt.session({
        "listen_interfaces": f"0.0.0.0:{port},[::]:{port}",
        "enable_dht": False,
        "enable_lsd": lsd,
        "enable_upnp": False,
        "enable_natpmp": False,
        # It gives a stream up, without a word, when one packet was lost three times: each 8,000th is where one in twenty is.
        "utp_num_resends": 10,
        "enable_outgoing_utp": UTP,
        "enable_incoming_utp": UTP,
        "enable_outgoing_tcp": not UTP,
        "enable_incoming_tcp": not UTP,
        "allow_multiple_connections_per_ip": True,
        "allow_idna": True,
        "ssrf_mitigation": False,
        "upload_rate_limit": int(rate),
        "in_enc_policy": lt.enc_policy.pe_forced if ENCRYPTS else lt.enc_policy.pe_enabled,
        "out_enc_policy": lt.enc_policy.pe_forced if ENCRYPTS else lt.enc_policy.pe_enabled,
        "allowed_enc_level": lt.enc_level.pe_rc4 if ENCRYPTS else lt.enc_level.pe_both,
        "alert_mask": lt.alert.category_t.error_notification,
    })

    # Without this, peers of the local network and of this machine have no limit: everyone is of the global class (bit 0).
    everyone = lt.ip_filter()
    everyone.add_rule("0.0.0.0", "255.255.255.255", 1)
    everyone.add_rule("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1)
    ses.set_peer_class_filter(everyone)
    return ses


def add(ses, torrent, folder, seed):
    if torrent.startswith("magnet:"):
        params = lt.parse_magnet_uri(torrent)
        params.save_path = folder
        params.flags &= ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
        return ses.add_torrent(params)
    info = lt.torrent_info(torrent, {"max_buffer_size": 64 << 20})
    flags = lt.torrent_flags.seed_mode if seed else lt.torrent_flags.default_flags
    return ses.add_torrent({"ti": info, "save_path": folder, "flags": flags & ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused})


def seed(torrent, folder, port, rate=0):
    ses = session(port, rate)
    handle = add(ses, torrent, folder, True)
    while not handle.status().is_seeding:
        time.sleep(0.05)
    print("ready", flush=True)
    sys.stdin.readline()
    print(f"uploaded {handle.status().total_payload_upload}", flush=True)


def leech(torrent, folder, host, port):
    ses = session(0)
    handle = add(ses, torrent, folder, False)
    started = time.monotonic()
    handle.connect_peer((host, int(port)))
    while not handle.status().is_seeding:
        time.sleep(0.02)
    print(f"done {time.monotonic() - started:.3f}", flush=True)


def join(torrent, folder, port, rate=0, lsd=False):
    ses = session(port, rate, lsd)
    handle = add(ses, torrent, folder, False)
    started = time.monotonic()
    while not handle.status().is_seeding:
        time.sleep(0.02)
    print(f"done {time.monotonic() - started:.3f}", flush=True)
    sys.stdin.readline()
    print(f"uploaded {handle.status().total_payload_upload}", flush=True)


def local(torrent, folder, port):
    join(torrent, folder, port, lsd=True)


if __name__ == "__main__":
    {"make": make, "seed": seed, "leech": leech, "join": join, "local": local}[WORDS[0]](*(word for word in WORDS[1:] if word not in ("encrypts", "utp")))
