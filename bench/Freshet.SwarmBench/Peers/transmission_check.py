"""transmission-daemon from its start until it has checked one torrent.

transmission_check.py TORRENT FOLDER STATE    ends well where all of the content is right
"""
import os
import shutil
import subprocess
import sys

torrent, folder, state = sys.argv[1:]
watched = os.path.join(state, "watch")
os.makedirs(watched)
shutil.copy(torrent, os.path.join(watched, "content.torrent"))
daemon = subprocess.Popen(
    ["transmission-daemon", "--foreground", "--config-dir", state, "--download-dir", folder, "--watch-dir", watched, "--log-debug",
     "--bind-address-ipv4", "127.0.0.1", "--rpc-bind-address", "127.0.0.1", "--port", "17095", "--peerport", "17096",
     "--no-portmap", "--no-dht", "--no-lpd", "--no-utp"],
    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
for line in daemon.stdout:
    if "Verification is done" in line:
        break
daemon.terminate()
daemon.communicate()

# What it found it says nowhere but in the record that it leaves.
resume = os.path.join(state, "resume")
with open(os.path.join(resume, os.listdir(resume)[0]), "rb") as record:
    sys.exit(0 if b"6:blocks3:all" in record.read() else 1)
