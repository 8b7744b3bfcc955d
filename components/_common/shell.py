"""Functions of the shell that scripts of several components begin with; creates no resource."""

AWAIT = """\
await() {
    end=$(($(date +%s) + $1)) pause=$2
    shift 2
    until "$@"; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep "$pause"
    done
}
"""
"""`await SECONDS PAUSE COMMAND…`: until it succeeds. Fails where it has not in that time, as `set -e` sees it."""
PUT = """\
put() {
    cp -f "$1" "$2.new"
    sync "$2.new"
    mv -f "$2.new" "$2"
}
"""
"""`put FILE AS`: a copy of a file in place of another one. Whoever reads that finds either of them, and whole."""
