#!/bin/sh
# Records traffic.pcap, the capture of real traffic that `esplanade demo` runs on.
#
#   host A ---------- router ---------- host B
#   10.1.0.0/24      ^                  10.2.0.0/24
#   fd00:1::/64      |                  fd00:2::/64
#                    recorded here, both directions
#
# Run as root: gateway/src/demo/record.sh [OUTPUT]
# Needs Debian's iproute2 ethtool tcpdump python3 iputils-ping dnsmasq-base bind9-dnsutils.
# Everything happens in three network namespaces that are removed at the end, also on failure.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
output=${1:-$here/../main/resources/io/esplanade/gateway/demo/traffic.pcap}

# Full-size packets are 1400 bytes, so that they fit an outer MTU of 1500 in every mix of
# IPv4 and IPv6: at most 40 (outer) + 8 (ESP) + 8 (IV) + 5 (trailer) + 16 (ICV) are added.
mtu=1400

fail() {
    echo "record.sh: $*" >&2
    exit 1
}

[ "$(id -u)" = 0 ] || fail "needs root (network namespaces); run: sudo $0"
for need in ip:iproute2 ethtool:ethtool tcpdump:tcpdump python3:python3 ping:iputils-ping \
    dnsmasq:dnsmasq-base dig:bind9-dnsutils; do
    command -v "${need%%:*}" >/dev/null 2>&1 ||
        fail "no ${need%%:*}; run: apt-get install -y ${need##*:}"
done

a=esp-a-$$ r=esp-r-$$ b=esp-b-$$
work=$(mktemp -d)

clean_up() {
    status=$?
    trap '' INT TERM
    trap - EXIT
    for ns in $a $r $b; do
        for pid in $(ip netns pids "$ns" 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
        ip netns del "$ns" 2>/dev/null || true
    done
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

in_a() { ip netns exec "$a" "$@"; }
in_b() { ip netns exec "$b" "$@"; }

# until_true COMMAND...: waits at most ten seconds for it to succeed.
until_true() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || fail "gave up waiting for: $*"
        sleep 0.1
    done
}

# cable NAMESPACE NUMBER: joins a host to the router, with three addresses of each family.
cable() {
    ip link add name host netns "$1" type veth peer name "to$2" netns "$r"
    for end in "$1 host" "$r to$2"; do
        set -- $1 $2 $end
        ip -n "$3" link set "$4" mtu $mtu up
        # Real checksums and real packets: nothing is left to a card that is not there.
        ip netns exec "$3" ethtool -K "$4" tx off rx off tso off gso off gro off >/dev/null
    done
    for i in 10 11 12; do
        ip -n "$1" addr add "10.$2.0.$i/24" dev host
        ip -n "$1" addr add "fd00:$2::$i/64" dev host nodad
    done
    ip -n "$r" addr add "10.$2.0.1/24" dev "to$2"
    ip -n "$r" addr add "fd00:$2::1/64" dev "to$2" nodad
    ip -n "$1" link set lo up
    ip -n "$1" route add default via "10.$2.0.1"
    ip -n "$1" route add default via "fd00:$2::1"
}

build_network() {
    for ns in $a $r $b; do ip netns add "$ns"; done
    ip netns exec "$r" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
        echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
    cable "$a" 1
    cable "$b" 2
}

# A DNS server on host B with small answers and one that nearly fills a packet.
start_dns() {
    in_b dnsmasq --keep-in-foreground --user=root --no-resolv --no-hosts --conf-file=/dev/null \
        --pid-file= --edns-packet-max=1232 \
        --host-record=www.esplanade.test,10.2.0.10,fd00:2::10 \
        --host-record=files.esplanade.test,10.2.0.12,fd00:2::12 \
        --cname=web.esplanade.test,www.esplanade.test \
        --txt-record=long.esplanade.test,"$(text 240)","$(text 240)","$(text 240)","$(text 240)" \
        2>"$work/dnsmasq.log" &
    until_true in_b dig +short +tries=1 +time=1 @10.2.0.10 www.esplanade.test
}

text() { python3 -c "print(('in lanes ' * 200)[:$1])"; }

start_web() {
    cat >"$work/web.py" <<'PYTHON'
"""A web server: GET /N answers N bytes, PUT takes as many as come."""
import http.server, socket, sys

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(b"".join(b"%07d\n" % line for line in range(int(self.path[1:]) // 8)))

    def do_PUT(self):
        self.answer(b"took %d bytes\n" % len(self.rfile.read(int(self.headers["Content-Length"]))))

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6  # and, as Linux does by default, IPv4

Server(("::", int(sys.argv[1])), Handler).serve_forever()
PYTHON
    for ns in $a $b; do
        ip netns exec "$ns" python3 "$work/web.py" 80 &
        until_true ip netns exec "$ns" python3 -c \
            'import socket; socket.create_connection(("127.0.0.1", 80), 1).close()'
    done
}

# transfer NAMESPACE SOURCE SERVER BYTES: puts and gets so many bytes, and eight small files,
# over one connection, and checks what came.
transfer() {
    ip netns exec "$1" python3 - "$2" "$3" "$4" <<'PYTHON'
import http.client, sys

source, server, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
web = http.client.HTTPConnection(server, 80, 10, (source, 0))
web.request("PUT", "/upload", bytes(range(256)) * (size // 256))
assert int(web.getresponse().read().split()[1]) == size // 256 * 256
for wanted in [size] + [8 * n for n in range(1, 9)]:
    web.request("GET", "/%d" % wanted)
    assert len(web.getresponse().read()) == wanted // 8 * 8
web.close()
PYTHON
}

look_up() {
    for server in 10.2.0.10 fd00:2::10; do
        for question in "www A" "www AAAA" "web A" "files AAAA" "nobody A" "long TXT"; do
            set -- $question
            in_a dig +tries=1 +time=5 +ignore "@$server" "$1.esplanade.test" "$2" >/dev/null
        done
    done
    in_a dig +tries=1 +time=5 +ignore -b 10.1.0.11 @10.2.0.10 -x 10.2.0.12 >/dev/null
    in_a dig +tries=1 +time=5 +ignore -b fd00:1::11 @fd00:2::10 -x fd00:2::12 >/dev/null
}

# echo_of NAMESPACE SOURCE TARGET HEADERS: pings of every length modulo 16, so of every
# length of ESP padding, and of full size.
echo_of() {
    for payload in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 56 128 512 $((mtu - $4)); do
        ip netns exec "$1" ping -q -n -M "do" -c 1 -W 5 -s "$payload" -I "$2" "$3" >/dev/null
    done
}

build_network
start_dns
start_web

# Only packets between the two sites: no ARP, neighbour discovery or multicast.
ip netns exec "$r" tcpdump -i to1 --time-stamp-precision=nano -s 0 --immediate-mode -B 8192 -w "$work/all.pcap" '
    (src net 10.1.0.0/24 and dst net 10.2.0.0/24) or (src net 10.2.0.0/24 and dst net 10.1.0.0/24) or
    (src net fd00:1::/64 and dst net fd00:2::/64) or (src net fd00:2::/64 and dst net fd00:1::/64)' \
    2>"$work/tcpdump.log" &
dump=$!
until_true grep -q 'listening on' "$work/tcpdump.log"

look_up
echo_of "$a" 10.1.0.10 10.2.0.10 28
echo_of "$b" 10.2.0.11 10.1.0.11 28
echo_of "$a" fd00:1::10 fd00:2::10 48
echo_of "$b" fd00:2::11 fd00:1::11 48
transfer "$a" 10.1.0.10 10.2.0.12 65536
transfer "$b" 10.2.0.11 10.1.0.12 65536
transfer "$a" fd00:1::10 fd00:2::12 65536
transfer "$b" fd00:2::11 fd00:1::12 65536
sleep 0.5 # the last FIN and its ACK

kill -INT "$dump"
wait "$dump" || fail "tcpdump: $(cat "$work/tcpdump.log")"
grep -q '^0 packets dropped by kernel' "$work/tcpdump.log" || fail "$(cat "$work/tcpdump.log")"
bytes=$(stat -c %s "$work/all.pcap")
[ "$bytes" -lt 1000000 ] || fail "the capture has $bytes bytes, which is more than 1 MB"
mkdir -p "$(dirname "$output")"
cp "$work/all.pcap" "$output"
echo "$output: $(grep captured "$work/tcpdump.log"), $bytes bytes"
