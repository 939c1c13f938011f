#!/usr/bin/env bash
# Builds the files of a release: the package, the extension for both stores, the clients for
# JavaScript and Python, and their hashes.
#
#   scripts/release.sh FOLDER [FILE …]    FILE: further files, which are copied
set -euo pipefail
mkdir -p "$1"
folder=$(cd "$1" && pwd)
rm -f "$folder"/*
shift
[ $# -eq 0 ] || cp "$@" "$folder"
cd "$(dirname "$0")/.."
uv build --quiet --no-create-gitignore --out-dir "$folder"
uv build --quiet --no-create-gitignore --out-dir "$folder" clients/python
python scripts/package_extension.py "$folder" >/dev/null
npm pack --silent --pack-destination "$folder" ./clients/js >/dev/null
cd "$folder"
sha256sum -- * >SHA256SUMS
ls
