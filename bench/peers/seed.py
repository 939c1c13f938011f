"""Store a peer's users: `python -m bench.peers.seed fastapi_tutorial 1000`."""

import importlib
import sys


def main() -> None:
    """Let the peer store them its own way."""
    module, count = sys.argv[1:]
    importlib.import_module(f"bench.peers.{module}").seed(int(count))


if __name__ == "__main__":
    main()
