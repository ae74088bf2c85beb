#!/usr/bin/env bash
# solvers.sh ARTIFACTS NOTE PACKAGE…: downloads packages of the system and what they need, and unpacks them below
# ARTIFACTS/tools. Needs no root: apt keeps its state in a folder of its own there, and only reads what is installed.
# A failure is said and noted in NOTE.PACKAGE, with the time from which on to try again, if that makes sense; the tool works
# without.

set -u
artifacts=$1
note=$2
packages=("${@:3}")
tools=$artifacts/tools
work=$artifacts/launcher/apt
log=$artifacts/launcher/solvers.log
names="${packages[*]}"

say() { printf 'verify: %s\n' "$1" >&2; }

# give_up REASON [SECONDS]
give_up() {
    local package until=''
    if [[ -n ${2:-} ]]; then until=$(($(printf '%(%s)T' -1) + $2)); fi
    say "${names// /, }: $1; what needs that is not checked"
    for package in "${packages[@]}"; do printf '%s\n' "$until" >"$note.$package"; done
    rm -rf "$work"
    exit 1
}

if [[ ${VERIFY_OFFLINE:-} == 1 ]]; then give_up 'not here, and VERIFY_OFFLINE=1 forbids the download'; fi
for tool in apt-get dpkg-deb; do
    type -P "$tool" >/dev/null || give_up "not here; install them, since there is no $tool to do that with"
done

# In place of the system's settings about where apt writes; sources and keys stay the system's.
settings() {
    cat <<END
Dir::State "$work";
Dir::State::lists "$work/lists";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$work";
Dir::Cache::archives "$work/archives";
Dir::Log "$work";
Debug::NoLocking "true";
APT::Sandbox::User "";
APT::Update::Post-Invoke {};
APT::Update::Post-Invoke-Success {};
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
END
}

# A source that cannot be read keeps none of the others out. --reinstall, because a package that is installed may be on
# no PATH.
download() {
    apt-get -q update
    apt-get -q -y --no-install-recommends --reinstall --download-only install "${packages[@]}"
}

# Programs are started by a script that tells them where their libraries are; others are not to find those.
unpack() {
    local archive program
    for archive in "$work"/archives/*.deb; do dpkg-deb -x "$archive" "$work/root" || return; done
    mkdir -p "$tools/bin" "$tools/lib" "$tools/programs" || return
    find "$work/root" -name '*.so*' ! -type d -exec cp -a {} "$tools/lib" \; || return
    for program in z3 cvc5 spin rumur time; do
        [[ -e $work/root/usr/bin/$program ]] || continue
        cp -aL "$work/root/usr/bin/$program" "$tools/programs" || return
        printf '#!/bin/sh\ntools=${0%%/*}/..\nLD_LIBRARY_PATH=$tools/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec "$tools/programs/%s" "$@"\n' \
            "$program" >"$tools/bin/$program.new" || return
        chmod +x "$tools/bin/$program.new" && mv "$tools/bin/$program.new" "$tools/bin/$program" || return
    done
}

say "downloading ${names// /, } to artifacts/tools (VERIFY_OFFLINE=1 forbids it) …"
rm -rf "$work"
mkdir -p "$work/lists/partial" "$work/archives/partial" && settings >"$work/apt.conf" || give_up "$work cannot be written"
export APT_CONFIG=$work/apt.conf DEBIAN_FRONTEND=noninteractive
download </dev/null >"$log" 2>&1 || give_up "apt-get cannot download them (see $log)" 3600
unpack >>"$log" 2>&1 || give_up "they cannot be unpacked (see $log)"
rm -rf "$work"
