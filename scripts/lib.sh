# What the scripts share: `. scripts/lib.sh`, in the repository's root.

say() { printf '== %s\n' "$*"; }

install() {
    say "installing $*, which is missing"
    local root=(); [ "$(id -u)" = 0 ] || root=(sudo)
    for tool in apt-get "${root[@]}"; do
        if ! command -v "$tool" >/dev/null; then
            say "there is no $tool, so that is up to you: install $* and run this again"
            exit 1
        fi
    done
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@"
}
