# shellcheck shell=bash
# What the scripts in this folder share; they source it. Nothing here reads standard input.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv
engine_log=/var/log/dockerd.log
engine_wait_s=60
engine_started_here=
# pip's notice about its own newer version is noise.
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '%s\n' "$*" >&2; }

# Ends the script with the exit status of "the harness itself cannot go on".
fail() {
    say "$*"
    exit 4
}

is_python() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Prints the interpreter to use: HARNESS_PYTHON, or the first that is new enough.
find_python() {
    local candidate
    for candidate in "${HARNESS_PYTHON:-python3.11}" python3.12 python3.13 python3.14 python3; do
        if is_python "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed and none was found; install one, or name it in HARNESS_PYTHON"
}

# Makes .venv equal to constraints.txt and pyproject.toml; does nothing when it already is.
setup_python() {
    local stamp=$venv/.setup-stamp wanted
    wanted=$(cat "$root/constraints.txt" "$root/pyproject.toml" | cksum)
    if is_python "$venv/bin/python" && [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then
        return
    fi
    if ! is_python "$venv/bin/python"; then
        local python
        python=$(find_python)
        say "making .venv with $("$python" --version)"
        "$python" -m venv --clear "$venv" ||
            fail "$python cannot make a virtual environment (Debian and Ubuntu: apt-get install python3-venv)"
    fi
    say "installing Python packages into .venv"
    (cd "$root" && "$venv/bin/python" -m pip install --quiet --constraint constraints.txt \
        --editable '.[dev]') ||
        fail "the Python packages cannot be installed; pip says above what it could not reach"
    printf '%s\n' "$wanted" >"$stamp"
}

# Whether the engine that the harness would use answers; asked as the harness asks.
engine_answers() {
    "$venv/bin/python" -c 'import docker; docker.from_env(timeout=10).ping()' >/dev/null 2>&1
}

# Leaves a running Docker engine, or says in one sentence what to do.
setup_engine() {
    if engine_answers; then return; fi
    if [[ -n ${DOCKER_HOST:-} ]]; then
        fail "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST"
    fi
    if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
        fail "no Docker engine answers: install and start Docker, and make sure that this user may use it"
    fi
    if ! command -v dockerd >/dev/null; then
        say "installing Docker"
        if ! { apt-get update --quiet && DEBIAN_FRONTEND=noninteractive \
            apt-get install --yes --quiet docker.io iptables; } </dev/null >/dev/null; then
            fail "apt-get cannot install docker.io and iptables; install Docker by hand"
        fi
    fi
    start_engine
}

start_engine() {
    if [[ -d /run/systemd/system ]]; then
        systemctl start docker || true
    else
        await_stopping_engine
        remove_stale_pid /var/run/docker.pid dockerd
        remove_stale_pid /var/run/docker/containerd/containerd.pid containerd
        setsid dockerd >>"$engine_log" 2>&1 </dev/null &
        engine_started_here=yes
    fi
    local deadline=$((SECONDS + engine_wait_s))
    until engine_answers; do
        if ((SECONDS >= deadline)); then
            tail -n 5 "$engine_log" >&2 || true
            fail "Docker was started and does not answer after $engine_wait_s s; see $engine_log"
        fi
        sleep 0.3
    done
    say "started Docker"
}

# An engine that is still stopping answers nobody, and none can be started beside it.
await_stopping_engine() {
    local deadline=$((SECONDS + engine_wait_s))
    while runs /var/run/docker.pid dockerd && ((SECONDS < deadline)); do sleep 0.3; done
}

# A machine that was stopped leaves its process ids behind. After the next boot they belong to
# others, and the engine believes that it is already running.
remove_stale_pid() {
    if ! runs "$1" "$2"; then rm -f "$1"; fi
}

# Whether the process whose id stands in a file is that program.
runs() {
    local file=$1 program=$2
    [[ -f $file && $(cat "/proc/$(<"$file")/comm" 2>/dev/null) == "$program" ]]
}

# A runner that is thrown away must not hang on a process that outlives its job; everywhere else
# the engine is left running, because the next command wants it.
stop_engine_in_ci() {
    if [[ ${CI:-} == true && -n $engine_started_here && -f /var/run/docker.pid ]]; then
        kill "$(</var/run/docker.pid)" 2>/dev/null || true
    fi
}

# Builds the images that are missing. Tests would do it as well, but silently and within their
# time limits.
build_images() {
    "$venv/bin/python" - <<'PYTHON'
import sys

from harness.kit.errors import HarnessError
from harness.backends.docker.images.recipes import ensure, names
from harness.systems.pins import kafka


def show(line: str) -> None:
    if line.startswith(("Step ", "building ", "pulling ")):
        print(line, flush=True)


try:
    for name in names():
        ensure(name, on_line=show)
    ensure("kafka", overrides=kafka("kraft"), on_line=show)
except HarnessError as error:
    sys.exit(str(error))
PYTHON
}
