"""An HTTP tracker over IPv6 that names one peer: the tracker of Debian speaks IPv4 only.

python_tracker.py ADDRESS PORT PEER_ADDRESS PEER_PORT
"""
import http.server
import socket
import struct
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        peer = socket.inet_pton(socket.AF_INET6, sys.argv[3]) + struct.pack(">H", int(sys.argv[4]))
        body = b"d8:intervali1800e5:peers0:6:peers6%d:%se" % (len(peer), peer)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.HTTPServer):
    address_family = socket.AF_INET6


server = Server((sys.argv[1], int(sys.argv[2])), Handler)
print("ready", flush=True)
server.serve_forever()
