#!/bin/sh
# Prints the Python to make `.venv` with, or says on standard error what to do and fails.
#
#   scripts/choose_python.sh [PYTHON]
#
# Without an argument it is the newest that is there and fits: 3.11 to 3.13, since the development
# database has no newer wheels. NEEDS_DATABASE=no takes newer ones too; so does a MONGO_URI, in the
# environment or in `.env`, unless NEEDS_DATABASE=always.
set -u

version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

database_is_elsewhere() {
  case "${NEEDS_DATABASE:-}" in
    no) return 0 ;;
    always) return 1 ;;
  esac
  [ -n "${MONGO_URI:-}" ] || grep -q '^ *\(export \)\? *MONGO_URI=.' .env 2>/dev/null
}

fits() {
  case "$1" in
    3.11 | 3.12 | 3.13) return 0 ;;
    3.1[4-9] | 3.[2-9][0-9]) database_is_elsewhere ;;
    *) return 1 ;;
  esac
}

seen=""
without_venv=""
for python in ${1:-python3.13 python3.12 python3.11 python3 python python3.14}; do
  found=$(version "$python") || continue
  seen="$seen, $python is $found"
  if fits "$found"; then
    if has_venv "$python"; then
      echo "$python"
      exit 0
    fi
    without_venv="${without_venv:-$found}"
  fi
done

{
  if [ -n "$without_venv" ]; then
    echo "Python $without_venv lacks its venv; on Debian: sudo apt-get install python3-venv"
  else
    echo "authapi runs on Python 3.11 to 3.13 (here: ${seen#, })." | sed 's/(here: )/(here is none)/'
    echo "Install one of these, and name it if its name is unusual: make PYTHON=/path/to/python run"
    echo "A newer Python will do with a MongoDB of yours: MONGO_URI=mongodb://... make run"
  fi
} >&2
exit 1
