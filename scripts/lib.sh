# What the scripts share: `. scripts/lib.sh`, in the repository's root.

say() { printf '== %s\n' "$*"; }

install() {
    say "installing $*, which is missing"
    local root=(); [ "$(id -u)" = 0 ] || root=(sudo)
    for tool in apt-get "${root[@]}"; do
        if ! type -P "$tool" >/dev/null; then
            say "there is no $tool, so that is up to you: install $* and run this again"
            exit 1
        fi
    done
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@"
}

# A program, by the packages that are named, or by the one of its name. A function of that name is no program.
need() {
    local program=$1
    [ $# = 1 ] || shift
    type -P "$program" >/dev/null || install "$@"
}

# Of the toolchain, or of the distribution where that is its own.
component() {
    type -P rustup >/dev/null || { install "$1"; return; }
    say "installing $1, which is missing"
    rustup component add "$1"
}

# What is built in DIR, which is outside of the repository, is built as the workspace is: the crates of others that both
# want alike are built once, in target/. What is meant to be run stays in DIR.
build_beside() {
    mkdir -p "$1/.cargo"
    {
        printf '[build]\nbuild-dir = "%s"\n\n' "$PWD/target"
        sed -n '/^\[profile\.dev\]/,$p' Cargo.toml
    } > "$1/.cargo/config.toml"
}

# What was built in DIR of the crates that are named, and of ours, will not be wanted again. What the workspace built of its
# own meanwhile goes with it: who calls this wants the checkout to itself.
forget() {
    local dir=$1 names=("${@:2}") named=(-name '*countersign*') name
    for name in "${names[@]}" "${names[@]//-/_}"; do
        named+=(-o -name "$name" -o -name "$name[-.]*" -o -name "lib$name[-.]*")
    done
    [ ! -e "$dir/.cargo/config.toml" ] || [ ! -d target/debug ] ||
        find target/debug -newer "$dir/.cargo/config.toml" \( "${named[@]}" \) -prune -exec rm -rf {} +
}
