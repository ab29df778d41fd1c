"""A DHT of libtorrent nodes at NETWORK.1, NETWORK.2 and so on, all at one port. Takes lines on standard input and answers with lines.

libtorrent_dht.py NETWORK COUNT PORT                            says "ready" when each knows another

announce I HASH              node I announces itself                         nothing
peers I HASH                 node I looks for peers                          "peers HASH ADDRESS:PORT", one for each
put I TEXT                   node I puts an immutable item                   "put TARGET NODES"
get I TARGET                 node I gets it                                  "item TARGET TEXT"
sign I SEED PUBLIC_KEY SALT TEXT   node I puts an item of a key               "signed NODES"
newest I PUBLIC_KEY [SALT]   node I gets the newest item of a key            "newest SEQUENCE TEXT", one for each that it comes to know
seed I TORRENT FOLDER        node I seeds, found by the DHT alone            "seeding"
leave I                      node I has no torrents any more                 "left"
join I TORRENT FOLDER        node I downloads, finding peers by the DHT      "done"
"""
import hashlib
import sys
import threading
import time
import warnings

import libtorrent as lt


def session(address, port):
    categories = lt.alert.category_t
    return lt.session({
        "listen_interfaces": f"{address}:{port}",
        "enable_dht": True,
        "dht_bootstrap_nodes": "",
        "dht_restrict_routing_ips": False,
        "dht_restrict_search_ips": False,
        "dht_prefer_verified_node_ids": False,
        "dht_enforce_node_id": False,
        "dht_ignore_dark_internet": False,
        "dht_block_ratelimit": 1000,
        "dht_upload_rate_limit": 1000000,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_outgoing_utp": False,
        "enable_incoming_utp": False,
        "allow_multiple_connections_per_ip": True,
        "alert_mask": categories.error_notification | categories.dht_notification | categories.dht_operation_notification | categories.status_notification,
    })


def expanded(seed):
    key = bytearray(hashlib.sha512(seed).digest())
    key[0] &= 248
    key[31] &= 63
    key[31] |= 64
    return bytes(key)


def say(*words):
    print(*words, flush=True)


def report(alert):
    if isinstance(alert, lt.dht_get_peers_reply_alert):
        for host, port in alert.peers():
            say("peers", alert.info_hash, f"{host}:{port}")
    elif isinstance(alert, lt.dht_immutable_item_alert):
        item = alert.item
        value = item.get("value") if isinstance(item, dict) else item
        say("item", alert.target, value.decode() if isinstance(value, bytes) else value)
    elif isinstance(alert, lt.dht_mutable_item_alert):
        try:
            item = alert.item
        except RuntimeError:
            # A dictionary, as a feed's item is (BEP 46), is in the alert, its signature checked; the Python binding hands out texts alone.
            item = "a dictionary"
        value = item.get("value") if isinstance(item, dict) else item
        say("newest", alert.seq, value.decode() if isinstance(value, bytes) else value)
    elif isinstance(alert, lt.dht_put_alert):
        if alert.public_key.strip("\0" if isinstance(alert.public_key, str) else b"\0"):
            say("signed", alert.num_success)
        else:
            say("put", alert.target, alert.num_success)


def watch(nodes):
    while True:
        for node in nodes:
            for alert in node.pop_alerts():
                report(alert)
        time.sleep(0.02)


def add(node, what, folder, is_seed):
    flags = lt.torrent_flags.seed_mode if is_seed else lt.torrent_flags.default_flags
    return node.add_torrent({
        **what,
        "save_path": folder,
        "flags": flags & ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused,
    })


def wait(handle):
    while not handle.status().is_seeding:
        time.sleep(0.02)
    say("done")


warnings.simplefilter("ignore", DeprecationWarning)
network, count, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
nodes = [session(f"{network}.{i + 1}", port) for i in range(count)]
for i in range(1, count):
    nodes[i].add_dht_node((f"{network}.{i}", port))
while any(node.status().dht_nodes == 0 for node in nodes):
    time.sleep(0.02)
threading.Thread(target=watch, args=(nodes,), daemon=True).start()
say("ready")
for line in sys.stdin:
    verb, index, *rest = line.split()
    node = nodes[int(index)]
    if verb == "announce":
        add(node, {"info_hash": bytes.fromhex(rest[0])}, ".", False).force_dht_announce()
    elif verb == "peers":
        node.dht_get_peers(lt.sha1_hash(bytes.fromhex(rest[0])))
    elif verb == "put":
        node.dht_put_immutable_item(" ".join(rest))
    elif verb == "get":
        node.dht_get_immutable_item(lt.sha1_hash(bytes.fromhex(rest[0])))
    elif verb == "sign":
        node.dht_put_mutable_item(expanded(bytes.fromhex(rest[0])), bytes.fromhex(rest[1]), " ".join(rest[3:]).encode(), rest[2].encode())
    elif verb == "newest":
        node.dht_get_mutable_item(bytes.fromhex(rest[0]), (rest + [""])[1].encode())
    elif verb == "seed":
        add(node, {"ti": lt.torrent_info(rest[0])}, rest[1], True)
        say("seeding")
    elif verb == "leave":
        for handle in node.get_torrents():
            node.remove_torrent(handle)
        say("left")
    elif verb == "join":
        threading.Thread(target=wait, args=(add(node, {"ti": lt.torrent_info(rest[0])}, rest[1], False),), daemon=True).start()
