#!/bin/sh
# How much two gateways carry over a link, in the manner of RFC 2544: for each design, and without
# encryption, and leaves a report. Tester, gateways and link are network namespaces of this machine;
# needs root.
#
#   docker/line-rate.sh [--out FOLDER] [--port TYPE] [--contenders NAMES] [TESTER OPTIONS]
#
#   --out FOLDER        where to leave the report (default: esplanade-line-rate)
#   --port TYPE         af-packet or af-xdp (default: af-packet), of gateways and tester
#   --contenders NAMES  of: clear,giant-lock,fine-grained,per-core (the default: all)
#
# TESTER OPTIONS go to `esplanade bench line-rate`, such as --size 64,1400 or --millis 60000.
set -eu

program='line-rate.sh'
here=$(readlink -f "$(dirname "$0")/..")
# shellcheck source=tools/setup.sh
. "$here/tools/setup.sh"

out=esplanade-line-rate
port=af-packet
contenders=clear,giant-lock,fine-grained,per-core
while [ $# -gt 0 ]; do
    case $1 in
        --out) out=$2 && shift 2 ;;
        --port) port=$2 && shift 2 ;;
        --contenders) contenders=$2 && shift 2 ;;
        -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit ;;
        *) break ;;
    esac
done

[ "$(id -u)" = 0 ] || fail "network namespaces need root: sudo $0"
need_command ip iproute2
install_missing
mkdir -p "$out"
out=$(readlink -f "$out")

tester=esp-lr-tester a=esp-lr-a b=esp-lr-b
pids=

inside() { # NAMESPACE COMMAND...
    ns=$1 && shift
    ip netns exec "$ns" "$@"
}

stop() {
    for pid in $pids; do kill "$pid" 2>/dev/null || true; done
    for pid in $pids; do wait "$pid" 2>/dev/null || true; done
    pids=
}

down() {
    stop
    for ns in $tester $a $b; do ip netns del "$ns" 2>/dev/null || true; done
}
trap down EXIT
trap 'exit 130' INT TERM
down

# The tester's lan-a and lan-b lead to the gateways' lan; their wan is one link.
for ns in $tester $a $b; do
    ip netns add "$ns"
    inside "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
link() { # NAMESPACE DEVICE MAC NAMESPACE DEVICE MAC
    ip link add "$2" address "$3" netns "$1" type veth peer name "$5" address "$6" netns "$4"
    inside "$1" ip link set "$2" up
    inside "$4" ip link set "$5" up
}
link $tester lan-a 02:00:00:00:00:0a $a lan 02:00:00:00:01:0a
link $tester lan-b 02:00:00:00:00:0b $b lan 02:00:00:00:01:0b
link $a wan 02:00:00:00:02:0a $b wan 02:00:00:00:02:0b

key() { od -An -v -tx1 -N20 /dev/urandom | tr -d ' \n'; }
a_to_b=$(key)
b_to_a=$(key)

runtime() { # CONTENDER
    case $1 in
        clear | per-core) echo '{ mode: per-core, lanes: 1 }' ;;
        *) echo "{ mode: $1, threads: 1 }" ;;
    esac
}

# Gateway A (1) or B (2): its LAN is 10.1.0.0/16 or 10.2.0.0/16.
gateway() { # CONTENDER OWN-NUMBER PEER-NUMBER MAC-OF-PEER MAC-OF-HOST OUT-SPI OUT-KEY IN-SPI IN-KEY
    cat <<EOF
runtime: $(runtime "$1")
ports:
  lan:
    type: $port
    side: protected
    device: lan
    addresses: [10.$2.0.1]
    neighbours: { 10.$2.0.2: "$5" }
  wan:
    type: $port
    side: unprotected
    device: wan$([ "$1 $port" != 'clear af-xdp' ] || printf '\n    take: all')
    addresses: [192.0.2.$2]
    neighbours: { 192.0.2.$3: "$4" }
routes:
  - { to: 10.$2.0.0/16, port: lan }
  - { to: 0.0.0.0/0, port: wan, via: 192.0.2.$3 }
EOF
    if [ "$1" = clear ]; then
        cat <<EOF
policies:
  - { name: out, direction: out, action: bypass, source: 10.0.0.0/8, destination: 10.0.0.0/8 }
  - { name: in, direction: in, action: bypass, source: 10.0.0.0/8, destination: 10.0.0.0/8 }
EOF
    else
        cat <<EOF
tunnels:
  other:
    local: 192.0.2.$2
    remote: 192.0.2.$3
    local-ts: 10.$2.0.0/16
    remote-ts: 10.$3.0.0/16
    esp-proposal: aes128gcm16-esn
    replay-window: 4096
    unsafe-volatile-sequence: true # the keys are this run's own
    out: { spi: $6, key: 0x$7 }
    in: { spi: $8, key: 0x$9 }
EOF
    fi
}

start() { # NAMESPACE FILE LOG
    ip netns exec "$1" "$here/esplanade" run "$2" >"$3" 2>&1 &
    pids="$pids $!"
}

files=$(mktemp -d)
trap 'down; rm -rf "$files"' EXIT
umask 077
"$here/esplanade" version >/dev/null # builds
"$here/esplanade" bench line-rate --help >/dev/null
reports=
for contender in $(echo "$contenders" | tr , ' '); do
    gateway "$contender" 1 2 02:00:00:00:02:0b 02:00:00:00:00:0a 257 "$a_to_b" 258 "$b_to_a" \
        >"$files/a.yaml"
    gateway "$contender" 2 1 02:00:00:00:02:0a 02:00:00:00:00:0b 258 "$b_to_a" 257 "$a_to_b" \
        >"$files/b.yaml"
    "$here/esplanade" check "$files/a.yaml" >/dev/null
    "$here/esplanade" check "$files/b.yaml" >/dev/null
    start $a "$files/a.yaml" "$out/$contender-a.log"
    start $b "$files/b.yaml" "$out/$contender-b.log"
    tries=0
    until grep -qs 'Runs until' "$out/$contender-a.log" && grep -qs 'Runs until' "$out/$contender-b.log"; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || fail "the gateways did not start: $(tail -n 5 "$out/$contender"-?.log)"
        sleep 0.1
    done
    # shellcheck disable=SC2086 # a list of numbers
    inside $tester "$here/esplanade" bench line-rate --label "$contender" --type "$port" \
        --send lan-a --receive lan-b --gateway 02:00:00:00:01:0a --from 10.1.0.2 --to 10.2.0.2 \
        --pid "$(echo ${pids# } | tr ' ' ,)" --json "$out/$contender.json" "$@"
    reports="$reports $out/$contender.json"
    stop
done
# shellcheck disable=SC2086 # a list of files
"$here/esplanade" bench line-rate --report "$out" $reports
