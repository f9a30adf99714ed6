#!/bin/sh
# Checks, or with "apply" rewrites, the format of every hand-written Java file.
#
#   tools/format.sh JAR check|apply
#
# The build calls this. google-java-format uses the compiler of the JDK it runs on, so it must
# run on the toolchain's JDK (which Maven passes as TOOLCHAIN_JAVA_HOME), not on Maven's own.
set -eu

jar=$1
case $2 in
check) mode='--dry-run --set-exit-if-changed' ;;
apply) mode='--replace' ;;
*) echo "format.sh: neither check nor apply: $2" >&2 && exit 2 ;;
esac
java=${TOOLCHAIN_JAVA_HOME:-${JAVA_HOME:?set JAVA_HOME to a JDK 25}}/bin/java

cd "$(dirname "$0")/.."
exports=
for package in api code file main parser tree util; do
    exports="$exports --add-exports=jdk.compiler/com.sun.tools.javac.$package=ALL-UNNAMED"
done

# shellcheck disable=SC2086 # $exports and $mode are lists of words without spaces
if ! find . -name '*.java' ! -path '*/target/*' ! -path '*/generated/*' -print0 |
    xargs -0 -r "$java" -Xshare:auto -XX:TieredStopAtLevel=1 $exports -jar "$jar" --aosp $mode; then
    echo "format.sh: the files above are not formatted; mvn -N -Pformat validate rewrites them" >&2
    exit 1
fi
