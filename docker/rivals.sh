#!/bin/sh
# One TCP stream through two gateways: Esplanade by each pair of its ports, and what else carries
# packets in userspace: strongSwan with kernel-libipsec, and wireguard-go; and kernel, which is what
# this machine's kernel forwards without encryption. In network namespaces of this machine, in turns;
# needs root, and installs the rivals from Debian.
#
#   docker/rivals.sh [--seconds N] [--rounds N] [--provider NAME] [CONTENDER...]
#
# NAME is who encrypts for Esplanade: openssl (the default) or ipsec-mb.
# CONTENDER: tun+udp af-packet af-xdp strongswan wireguard-go kernel (the default: all of them).
# With af-packet, af-xdp and kernel the hosts cut segments themselves: their cards' TSO is off.
set -eu

program=rivals.sh
here=$(readlink -f "$(dirname "$0")/..")
# shellcheck source=tools/setup.sh
. "$here/tools/setup.sh"

seconds=10 rounds=3 provider=openssl
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) seconds=$2 && shift 2 ;;
        --rounds) rounds=$2 && shift 2 ;;
        --provider) provider=$2 && shift 2 ;;
        -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit ;;
        -*) fail "there is no option $1" ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || set -- tun+udp af-packet af-xdp strongswan wireguard-go kernel
[ "$(id -u)" = 0 ] || fail "network namespaces need root: sudo $0"

need_command ip iproute2
need_command iperf3 iperf3
need_command ethtool ethtool
for contender in "$@"; do
    case $contender in
        tun+udp | af-packet | af-xdp | kernel) ;;
        strongswan)
            need_command swanctl strongswan-swanctl
            [ -x /usr/lib/ipsec/charon ] || lack strongswan-charon
            [ -f /usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so ] ||
                lack libcharon-extra-plugins
            [ -f /usr/lib/ipsec/plugins/libstrongswan-openssl.so ] ||
                lack libstrongswan-standard-plugins
            ;;
        wireguard-go) need_command wireguard-go wireguard-go && need_command wg wireguard-tools ;;
        *) fail "there is no contender $contender" ;;
    esac
done
install_missing

lab=esp-rivals
work=$(mktemp -d)
down() {
    "$here/esplanade" lab down --name $lab >/dev/null 2>&1 || true
}
trap 'down; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

gateway() { echo "$lab-gateway-$1"; }

inside() { # NAMESPACE COMMAND...
    ns=$1 && shift
    ip netns exec "$ns" "$@"
}

# The laboratory's hosts and links, without its gateways.
bare() {
    "$here/esplanade" lab up --name $lab >/dev/null
    for side in a b; do
        ip netns pids "$(gateway $side)" | xargs -r kill
        while [ -n "$(ip netns pids "$(gateway $side)")" ]; do sleep 0.1; done
    done
}

start_wireguard() {
    bare
    for side in a b; do
        (umask 077 && wg genkey >"$work/$side.key")
        wg pubkey <"$work/$side.key" >"$work/$side.pub"
    done
    wireguard_in a b 1 2
    wireguard_in b a 2 1
}

wireguard_in() { # SIDE OTHER OWN-NUMBER OTHER-NUMBER
    inside "$(gateway "$1")" wireguard-go "wg-$1" >/dev/null 2>&1
    inside "$(gateway "$1")" wg set "wg-$1" listen-port 51820 private-key "$work/$1.key" \
        peer "$(cat "$work/$2.pub")" allowed-ips "10.$4.0.0/24" endpoint "192.0.2.$4:51820"
    ip -n "$(gateway "$1")" link set "wg-$1" mtu 1420 up
    ip -n "$(gateway "$1")" route add "10.$4.0.0/24" dev "wg-$1"
}

start_strongswan() {
    bare
    strongswan_in b 2 1
    strongswan_in a 1 2
    # shellcheck disable=SC2154 # strongswan_in sets it
    timeout 30 nsenter --mount --net -t "$charon_a" swanctl --initiate --child net \
        >"$work/initiate.log" 2>&1 || fail "strongSwan: $(tail -n 3 "$work/initiate.log")"
}

strongswan_in() { # SIDE OWN-NUMBER OTHER-NUMBER
    cat >"$work/$1.swanctl" <<EOF
connections { net {
  version = 2
  local_addrs = 192.0.2.$2
  remote_addrs = 192.0.2.$3
  encap = yes
  proposals = aes128gcm16-prfsha256-x25519
  local { auth = psk
    id = 192.0.2.$2 }
  remote { auth = psk
    id = 192.0.2.$3 }
  children { net { local_ts = 10.$2.0.0/24
    remote_ts = 10.$3.0.0/24
    esp_proposals = aes128gcm16 } } } }
secrets { ike { secret = "of this run alone" } }
EOF
    cat >"$work/strongswan.conf" <<EOF
charon {
  load = random nonce aesni openssl aes sha1 sha2 hmac kdf gcm curve25519 pem pkcs1 x509 pubkey constraints kernel-libipsec kernel-netlink socket-default vici updown
  plugins { kernel-libipsec { load = yes } }
}
EOF
    # Each has a /run of its own, for its pid file and socket.
    env STRONGSWAN_CONF="$work/strongswan.conf" ip netns exec "$(gateway "$1")" unshare --mount \
        sh -c 'mount -t tmpfs none /run && exec /usr/lib/ipsec/charon' >"$work/$1.log" 2>&1 &
    eval "charon_$1=$!"
    tries=0
    until swanctl_of "$!" --load-all --file "$work/$1.swanctl" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || fail "strongSwan does not start: $(tail -n 5 "$work/$1.log")"
        sleep 0.2
    done
}

swanctl_of() { # PID-OF-CHARON ARGUMENTS...
    pid=$1 && shift
    nsenter --mount --net -t "$pid" swanctl "$@"
}

start_kernel() {
    bare
    for side in a b; do
        other=$([ $side = a ] && echo 2 || echo 1)
        ip -n "$(gateway $side)" route add "10.$other.0.0/24" via "192.0.2.$other"
    done
}

start() {
    down
    case $1 in
        kernel) start_kernel ;;
        wireguard-go) start_wireguard ;;
        strongswan) start_strongswan ;;
        *)
            "$here/esplanade" lab up --name $lab --port "$1" \
                --set "crypto: { provider: $provider }" >/dev/null
            ;;
    esac
    case $1 in af-packet | af-xdp | kernel) tso=off ;; *) tso=on ;; esac
    for side in a b; do
        inside $lab-host-$side ethtool -K eth0 tso $tso
    done
}

# CPU time of a gateway's processes, in ticks.
ticks() {
    sum=0
    for pid in $(ip netns pids "$(gateway "$1")"); do
        used=$(sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }')
        sum=$((sum + used))
    done
    echo $sum
}

measure() { # CONTENDER: a line for the table
    inside $lab-host-b iperf3 -s -1 -D
    inside $lab-host-a ping -q -c 3 -i 0.2 -w 10 10.2.0.2 >/dev/null
    a=$(ticks a) b=$(ticks b)
    mbits=$(inside $lab-host-a iperf3 -c 10.2.0.2 -t "$seconds" -f m |
        awk '/receiver/ { for (i = 2; i <= NF; i++) if ($i == "Mbits/sec") print $(i - 1) }')
    hundredth=$(($(getconf CLK_TCK) * seconds))
    printf '%-14s %10s Mbit/s   CPU of A %3d%%, of B %3d%%\n' "$1" "$mbits" \
        $((($(ticks a) - a) * 100 / hundredth)) $((($(ticks b) - b) * 100 / hundredth))
}

round=1
while [ $round -le "$rounds" ]; do
    for contender in "$@"; do
        start "$contender"
        measure "$contender"
    done
    round=$((round + 1))
done
