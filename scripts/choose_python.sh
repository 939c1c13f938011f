#!/bin/sh
# Prints the Python to create `.venv` with; or fails, and says on standard error what to do.
#
#   scripts/choose_python.sh [PYTHON]            by default the newest of 3.11 to 3.13 on this machine
#   scripts/choose_python.sh --made-is [PYTHON]  checks that `.venv` was created with a supported Python, and
#                                                with PYTHON, if it is given
#
# PYTHON_FOR says what it is for: `run` (the default), `serve`, `tests`, or `tools`, which use no part of the
# service. The development database has no wheels for 3.14 and 3.15. These work for `serve` and `tools`,
# and for `run` if MONGO_URI or MONGO_URI_FILE is set, in the environment or in `.env`.
# On platforms without wheels for the service's dependencies, such as an Intel Mac, Rust is needed to build them.
set -u

MADE=.venv/bin/python
# PyPy, and a Python without the lock (3.14t), need other wheels.
VERSION='import platform, sys
other = platform.python_implementation().replace("CPython", "")
free = "t" * ("t" in getattr(sys, "abiflags", ""))
print("%d.%d%s%s" % (sys.version_info[:2] + (free, other)))'
# Python is asked, not `uname`: an Intel build of Python on an ARM Mac needs wheels for Intel.
PLATFORM='import platform
print(platform.system(), platform.machine())'
DATABASE='^[[:space:]]*(export[[:space:]]+)?MONGO_URI(_FILE)?[[:space:]]*=[[:space:]]*["'\'']?[^"'\''[:space:]#]'

version() { "$1" -c "$VERSION" 2>/dev/null; }
has_venv() { [ "$1" = $MADE ] || "$1" -c 'import ensurepip, venv' 2>/dev/null; }

database_is_elsewhere() {
  case "${PYTHON_FOR:-run}" in
    serve | tools) return 0 ;;
    tests) return 1 ;;
  esac
  [ -n "${MONGO_URI:-}${MONGO_URI_FILE:-}" ] || grep -Eq "$DATABASE" .env 2>/dev/null
}

# requirements-embedded.in and pyproject.toml name the same platforms.
has_wheels() {
  platform=$("$1" -c "$PLATFORM" 2>/dev/null)
  case "$platform" in
    "Linux x86_64" | "Linux aarch64" | "Darwin arm64") return 0 ;;
  esac
  [ "${PYTHON_FOR:-run}" = tools ] && return 0
  command -v rustc >/dev/null && database_is_elsewhere && return 0
  without_wheels="$platform"
  return 1
}

fits() {
  case "$1" in
    3.11 | 3.12 | 3.13) ;;
    3.14 | 3.15) database_is_elsewhere || return 1 ;;
    *) return 1 ;;
  esac
  has_wheels "$2"
}

if [ "${1:-}" = --made-is ]; then
  if [ -n "${2:-}" ] && ! version "$2" >/dev/null; then
    echo "PYTHON=$2 is not a Python that runs." >&2
    exit 1
  fi
  made=$(version $MADE)
  if [ ! -d ".venv/lib/python$made" ] || [ "$(version "${2:-$MADE}")" != "$made" ]; then
    echo ".venv was created with another Python. Remove it, and run make again: rm -rf .venv" >&2
    exit 1
  fi
  if [ ! -e .venv/bin/pip ]; then  # otherwise the system's pip would install elsewhere
    echo ".venv has no pip: it is incomplete, or another tool created it. Remove it, and run make again: rm -rf .venv" >&2
    exit 1
  fi
  set -- $MADE
fi
[ -n "${1:-}" ] || set -- python3.13 python3.12 python3.11 python3 python python3.15 python3.14
seen=""
without_venv=""
without_wheels=""
for python; do
  found=$(version "$python") || continue
  seen="$seen, $python is $found"
  if fits "$found" "$python"; then
    if has_venv "$python"; then
      printf '%s\n' "$python"
      exit 0
    fi
    without_venv="${without_venv:-$found}"
  fi
done
[ -n "$seen" ] || [ $# -gt 1 ] || seen=", $1 is not a Python that runs"

{
  if [ -n "$without_venv" ]; then
    echo "Python $without_venv has no module venv; on Debian: sudo apt-get install python$without_venv-venv"
  elif [ -n "$without_wheels" ]; then
    echo "authapi supports Linux (x86_64, aarch64) and macOS (arm64), not $without_wheels."
    echo "Run it in Docker (docs/deployment.md). Or install Rust, a C compiler and OpenSSL to build some of its"
    echo "dependencies, and use your own MongoDB: MONGO_URI='mongodb://...' make run"
  else
    printf '%s\n' "authapi runs on Python 3.11 to 3.13 (here: ${seen#, })." | sed 's/(here: )/(here is none)/'
    [ "$1" != $MADE ] || echo "Remove .venv, which was created with another one: rm -rf .venv"
    echo "Install one of these. If make does not find it: make PYTHON=/path/to/python run"
    [ "${PYTHON_FOR:-run}" = tests ] ||
      echo "Python 3.14 and 3.15 work with your own MongoDB: MONGO_URI='mongodb://...' make run"
  fi
} >&2
exit 1
