#!/bin/sh
# Runs every argument as a shell command, even after one has failed; fails in the end if any has.
unset PYTHONDONTWRITEBYTECODE  # hundreds of processes would compile the same files again
failed=""
for part; do
  printf '\n» %s\n' "$part"
  sh -c "$part" || failed="$failed
  $part"
done
[ -z "$failed" ] || { printf '\nThis failed:%s\n' "$failed"; exit 1; }
