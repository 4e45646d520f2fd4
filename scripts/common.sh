# shellcheck shell=sh
# What the scripts share. Sourced, with the clone's directory in $root.

# shellcheck disable=SC2034,SC2154 # root is set by who sources this; not everybody uses every jar.
daemon_jar=$root/daemon/target/quorumlog-daemon.jar
# shellcheck disable=SC2034
client_jar=$root/client/target/quorumlog-client.jar
# shellcheck disable=SC2034 # Used by scripts/torment.
test_classpath=$root/daemon/target/test-classpath
# shellcheck disable=SC2034
test_classes=$root/daemon/target/test-classes
bench_jar=$root/bench/target/benchmarks.jar

# Without this, what Java opens first would be its standard error: log lines would go into a file. Standard output is opened
# for reading, so that who writes to it fails as with a closed one; errors have nowhere to be told.
# The checks open nothing themselves, which would take the very number that is looked at; and they copy to another number,
# for to itself some shells copy nothing.
{ true 3<&0; } 2>&- || exec </dev/null
{ true 3>&1; } 2>&- || exec 1</dev/null
{ true 3>&2; } || exec 2>/dev/null

die() {
    status=$1
    shift
    printf '%s\n' "${0##*/}: $*" >&2
    exit "$status"
}

case $root in
    *:*) die 1 "$root: Java takes a colon in a path for the end of it; move the clone" ;;
esac

# Sets $java, $java_vendor (if it says), $java_version and $java_major: JAVA_HOME's, else the one on the path.
find_java() {
    if [ -n "${JAVA_HOME-}" ]; then
        java=$JAVA_HOME/bin/java
        [ -x "$java" ] || die 1 "JAVA_HOME=$JAVA_HOME holds no bin/java; point it at a JDK 17 or newer, or unset it"
    else
        java=$(command -v java) || die 1 "there is no java on the path; install a JDK 17 or newer, or set JAVA_HOME"
    fi
    # A JDK says in a file what it is; to start it just to ask takes a tenth of a second.
    home=$(readlink -f "$java")
    home=${home%/bin/java}
    java_vendor=
    java_version=
    if [ -r "$home/release" ]; then
        while IFS='="' read -r key value rest; do
            if [ "$key" = JAVA_VERSION ]; then
                java_version=${value:-$rest}
                java_version=${java_version#\"}
                java_version=${java_version%%[!0-9.]*}
            elif [ "$key" = IMPLEMENTOR ]; then
                java_vendor=${value:-$rest}
            fi
        done <"$home/release"
    fi
    if [ -z "$java_version" ]; then
        java_version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9.]*\).*/\1/p')
    fi
    java_major=${java_version%%.*}
    [ "${java_major:-0}" -ge 17 ] || die 1 "$java is too old or no Java; install a JDK 17 or newer, or set JAVA_HOME"
}

# Prints the flags that every JVM of ours gets. They hold no blanks. No files in the temporary directory, no core dumps.
java_flags() {
    printf '%s' '-XX:+UseSerialGC -XX:-UsePerfData -XX:-CreateCoredumpOnCrash -Xshare:auto'
    if [ "$java_major" -ge 23 ]; then printf '%s' ' --sun-misc-unsafe-memory-access=allow'; fi
}

# Java reads its arguments and file names by the locale; in a locale of ASCII only it can't even name an umlaut.
use_utf8() {
    case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
        *[Uu][Tt][Ff]-8* | *[Uu][Tt][Ff]8*) ;;
        *) export LC_ALL=C.UTF-8 ;;
    esac
}

# Builds client and daemon, and bench if its jar is among these. Without the tests' classes, unless $build_tests says
# otherwise.
build_tests=-Dmaven.test.skip=true
build() {
    modules=client,daemon
    for jar in "$@"; do
        [ "$jar" != "$bench_jar" ] || modules=$modules,bench
    done
    printf '%s\n' "building (the first time, Maven downloads what it needs) ..." >&2
    # Maven's own output is of use only where it fails, and then it must not hide in what we print.
    (cd "$root" && mvn -B -q -Dstyle.color=never package "$build_tests" -pl "$modules" -am) >&2 || die 1 "the build failed; above, Maven says why"
}

# Builds if one of these is not there.
build_if_missing() {
    missing=
    for jar in "$@"; do
        [ -e "$jar" ] || missing=$jar
    done
    [ -n "$missing" ] || return 0
    [ -w "$root" ] || die 1 "there is nothing built yet, and nothing can be written to $root"
    command -v mvn >/dev/null || die 1 "there is nothing built yet, and no mvn on the path; install Maven 3.8 or newer"
    build "$@"
}

# FILE SOURCE...: whether a file has not been built since the codec or one of these sources changed, and can be built anew.
is_stale() {
    built=$1
    shift
    [ -w "$root/daemon/target" ] && command -v mvn >/dev/null || return 1
    [ -n "$(find "$root/pom.xml" "$root/codec/pom.xml" "$root/codec/src/main" "$@" -newer "$built" -type f 2>/dev/null |
        head -n 1)" ]
}

# Builds if one of these has not been built since a source of it changed. What can't be built anew is taken as it is.
build_if_stale() {
    build_if_missing "$@"
    for jar in "$@"; do
        if is_stale "$jar" "${jar%/target/*}/pom.xml" "${jar%/target/*}/src/main"; then
            build "$@"
            return
        fi
    done
}

# CLASS: builds if a program that is among the daemon's tests has not been built since a source of it changed.
build_test_program_if_stale() {
    build_tests=-DskipTests
    main=$test_classes/$1.class
    build_if_missing "$daemon_jar" "$main"
    if is_stale "$main" "$root/daemon/pom.xml" "$root/daemon/src"; then
        build
        touch "$main"
    fi
}

# Builds if the torment, which is among the tests' classes, or what it torments has not been built since a source changed.
build_torment_if_stale() {
    build_tests=-DskipTests
    build_if_missing "$daemon_jar" "$client_jar" "$test_classpath"
    if is_stale "$test_classpath" "$root/client/pom.xml" "$root/client/src/main" "$root/daemon/pom.xml" "$root/daemon/src"; then
        build
    fi
}
