#!/bin/sh
# Prints the Python to make `.venv` with, or says on standard error what to do and fails.
#
#   scripts/choose_python.sh [PYTHON]            without one: the newest of 3.11 to 3.13 that is there
#   scripts/choose_python.sh --made-is [PYTHON]  whether `.venv` is made with one that fits, and with PYTHON
#
# The development database has no wheels for 3.14 and 3.15. These will do where it is not needed:
# NEEDS_DATABASE=no says so, and so does MONGO_URI or MONGO_URI_FILE, in the environment or in `.env`,
# unless NEEDS_DATABASE=always.
set -u

MADE=.venv/bin/python
# PyPy, and a Python without the lock (3.14t), need other wheels.
VERSION='import platform, sys
other = platform.python_implementation().replace("CPython", "")
free = "t" * ("t" in getattr(sys, "abiflags", ""))
print("%d.%d%s%s" % (sys.version_info[:2] + (free, other)))'
DATABASE='^[[:space:]]*(export[[:space:]]+)?MONGO_URI(_FILE)?[[:space:]]*=[[:space:]]*["'\'']?[^"'\''[:space:]#]'

version() { "$1" -c "$VERSION" 2>/dev/null; }
has_venv() { [ "$1" = $MADE ] || "$1" -c 'import ensurepip, venv' 2>/dev/null; }

database_is_elsewhere() {
  case "${NEEDS_DATABASE:-}" in
    no) return 0 ;;
    always) return 1 ;;
  esac
  [ -n "${MONGO_URI:-}${MONGO_URI_FILE:-}" ] || grep -Eq "$DATABASE" .env 2>/dev/null
}

fits() {
  case "$1" in
    3.11 | 3.12 | 3.13) return 0 ;;
    3.14 | 3.15) database_is_elsewhere ;;
    *) return 1 ;;
  esac
}

if [ "${1:-}" = --made-is ]; then
  made=$(version $MADE)
  if [ ! -d ".venv/lib/python$made" ] || [ "$(version "${2:-$MADE}")" != "$made" ]; then
    echo "Another Python made .venv. Remove it, and it is made anew: rm -rf .venv" >&2
    exit 1
  fi
  set -- $MADE
fi
[ -n "${1:-}" ] || set -- python3.13 python3.12 python3.11 python3 python python3.15 python3.14
seen=""
without_venv=""
for python; do
  found=$(version "$python") || continue
  seen="$seen, $python is $found"
  if fits "$found"; then
    if has_venv "$python"; then
      printf '%s\n' "$python"
      exit 0
    fi
    without_venv="${without_venv:-$found}"
  fi
done
[ -n "$seen" ] || [ $# -gt 1 ] || seen=", $1 is no Python that runs"

{
  if [ -n "$without_venv" ]; then
    echo "Python $without_venv lacks its venv; on Debian: sudo apt-get install python$without_venv-venv"
  else
    printf '%s\n' "authapi runs on Python 3.11 to 3.13 (here: ${seen#, })." | sed 's/(here: )/(here is none)/'
    [ "$1" != $MADE ] || echo "Remove .venv, which another one made: rm -rf .venv"
    echo "Install one of these, and name it if its name is unusual: make PYTHON=/path/to/python run"
    [ "${NEEDS_DATABASE:-}" = always ] ||
      echo "Python 3.14 and 3.15 will do with a MongoDB of yours: MONGO_URI='mongodb://...' make run"
  fi
} >&2
exit 1
