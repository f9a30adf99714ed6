# shellcheck shell=sh
# What the machine must have: sourced by ./esplanade and ./test, which set $program and $here.
#
# They ask (need_...) for what they use, which notes the packages that are missing, and then call
# install_missing: on Debian as root it installs them, otherwise it prints the line that would,
# and stops. What they would only like (want) install_wanted installs if it can, and else they go on
# without. The names are Debian's; dnf_name knows what Fedora calls them.

: "${program:?}" "${here:?}"
java_release=25
missing=
wanted=

say() { echo "$program: $*" >&2; }

fail() {
    say "$*"
    exit 1
}

lack() { missing="$missing $1"; }

want() { wanted="$wanted $1"; }

need_command() { # COMMAND PACKAGE
    command -v "$1" >/dev/null || lack "$2"
}

# Sets $jdk to the first JDK of $java_release or newer in JAVA_HOME, PATH and /usr/lib/jvm.
find_jdk() {
    on_path=$(command -v javac) && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for jdk in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*; do
        [ -x "$jdk/bin/javac" ] && [ -r "$jdk/release" ] || continue
        version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$jdk/release")
        [ "${version:-0}" -ge "$java_release" ] && return 0
    done
    jdk=
    return 1
}

need_jdk() {
    find_jdk || lack "openjdk-$java_release-jdk-headless"
}

# libcrypto 3 by its soname, as the engine looks for it.
need_libcrypto() {
    [ -n "${ESPLANADE_LIBCRYPTO:-}" ] && return
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q 'libcrypto\.so\.3 ' || lack openssl
}

# What the C library is built with, besides a compiler.
has_openssl_headers() { [ -f /usr/include/openssl/evp.h ]; }
has_ipsecmb_headers() { [ "$(uname -m)" != x86_64 ] || [ -f /usr/include/intel-ipsec-mb.h ]; }

os_release() { # KEY
    (
        . /etc/os-release
        eval "echo \"\${$1:-}\""
    ) 2>/dev/null
}

dnf_name() { # DEBIAN-NAME
    case $1 in
    openjdk-*) echo "java-$java_release-openjdk-devel" ;;
    iproute2) echo iproute ;;
    iputils-ping) echo iputils ;;
    libc6-dev) echo glibc-devel ;;
    libclang1) echo clang-libs ;;
    libipsec-mb-dev) echo intel-ipsec-mb-devel ;;
    libssl-dev) echo openssl-devel ;;
    linux-libc-dev) echo kernel-headers ;;
    busybox-static) echo busybox ;;
    qemu-system-x86) echo qemu-system-x86-core ;;
    shellcheck) echo ShellCheck ;;
    tshark) echo wireshark-cli ;;
    *) echo "$1" ;;
    esac
}

# The line that, run as root, installs $missing on this machine; empty if that is not known.
install_line() {
    if command -v apt-get >/dev/null; then
        echo "apt-get update && apt-get install -y --no-install-recommends$missing"
    elif command -v dnf >/dev/null; then
        printf 'dnf install -y'
        for package in $missing; do printf ' %s' "$(dnf_name "$package")"; done
        echo
    fi
}

# Debian 12 has no JDK this new, so none of its packages will help.
fail_without_jdk() {
    case $(uname -m) in aarch64) machine=aarch64 ;; *) machine=x64 ;; esac
    url="https://api.adoptium.net/v3/binary/latest/$java_release/ga/linux/$machine/jdk/hotspot/normal/eclipse"
    curl=
    if ! command -v curl >/dev/null && command -v apt-get >/dev/null; then
        curl='apt-get update && apt-get install -y --no-install-recommends ca-certificates curl
    '
    fi
    fail "no JDK $java_release or newer in JAVA_HOME, PATH or /usr/lib/jvm, and none to install from
here. Any JDK $java_release will do: unpack it under /usr/lib/jvm, or let JAVA_HOME name it. As root:

    ${curl}mkdir -p /usr/lib/jvm && curl -fL '$url' | tar -xz -C /usr/lib/jvm
"
}

install_missing() {
    [ -n "$missing" ] || return 0

    system=$(os_release ID)-$(os_release VERSION_ID)
    case $system-$missing in debian-12-*openjdk-*) fail_without_jdk ;; esac

    line=$(install_line)
    [ -n "$line" ] || fail "this machine lacks (by Debian's names):$missing"
    case $system in
    debian-1[2-9]) [ "$(id -u)" = 0 ] || fail "these packages are missing:$missing
Run this as root, then start again:

    $line
" ;;
    *) fail "these packages are missing (installed for you only on Debian, as root):$missing
Run this as root, then start again:

    $line
" ;;
    esac

    say "installing$missing"
    log=$(mktemp)
    if ! apt_install >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        fail "could not install$missing; apt-get says why, above"
    fi
    rm -f "$log"
    missing=
}

install_wanted() {
    [ -n "$wanted" ] || return 0
    missing=$wanted
    case $(os_release ID)-$(os_release VERSION_ID)-$(id -u) in
    debian-1[2-9]-0)
        say "installing$wanted"
        if apt_install >/dev/null 2>&1 </dev/null; then
            missing=
            return 0
        fi
        ;;
    esac
    say "going on without$wanted, which make it faster. As root:

    $(install_line)
"
    missing=
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # $missing is a list
    apt-get -o DPkg::Lock::Timeout=300 update &&
        apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing
}

# Maven on the JDK that find_jdk found, whatever the machine's default is.
maven() {
    MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
        JAVA_HOME=$jdk mvn -B --no-transfer-progress -f "$here/pom.xml" "$@" </dev/null
}
