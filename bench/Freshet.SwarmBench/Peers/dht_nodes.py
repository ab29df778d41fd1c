"""Nodes of the DHT by libtorrent, at NETWORK.1.1, NETWORK.1.2 and so on: dht_nodes.py NETWORK COUNT PORT. Says "ready" when each knows another; ends with its input."""
import sys
import time
import warnings

import libtorrent as lt

warnings.simplefilter("ignore", DeprecationWarning)
network, count, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
nodes = [lt.session({
    "listen_interfaces": f"{network}.1.{number}:{port}",
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
    "alert_mask": 0,
}) for number in range(1, count + 1)]
for number in range(1, count):
    nodes[number].add_dht_node((f"{network}.1.{number}", port))
while any(node.status().dht_nodes == 0 for node in nodes[1:]):
    time.sleep(0.02)
print("ready", flush=True)
sys.stdin.readline()
