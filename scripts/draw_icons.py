"""Draws the extension's icons: a padlock on a rounded square, in all sizes that browsers use."""

import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

Pixel = tuple[int, int, int, int]
Shape = Callable[[float, float], bool]

SIZES = (16, 32, 48, 128)
SAMPLES = 4
TOP, BOTTOM = (99, 88, 238), (55, 44, 178)
WHITE = (255, 255, 255)


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Shape:
    """Return a rectangle with round corners; coordinates run from 0 to 1."""

    def inside(x: float, y: float) -> bool:
        dx = max(left + radius - x, 0.0, x - (right - radius))
        dy = max(top + radius - y, 0.0, y - (bottom - radius))
        return left <= x <= right and top <= y <= bottom and dx * dx + dy * dy <= radius * radius

    return inside


PLATE = rounded(0.03, 0.03, 0.97, 0.97, 0.23)
BODY = rounded(0.26, 0.45, 0.74, 0.78, 0.07)
ARCH = rounded(0.33, 0.20, 0.67, 0.62, 0.17)
GAP = rounded(0.41, 0.28, 0.59, 0.62, 0.09)
KEYHOLE = rounded(0.455, 0.54, 0.545, 0.69, 0.045)


def colour_at(x: float, y: float) -> Pixel:
    """Return the colour at a point of the drawing."""
    if not PLATE(x, y):
        return (0, 0, 0, 0)
    lock = (BODY(x, y) and not KEYHOLE(x, y)) or (ARCH(x, y) and not GAP(x, y) and y < 0.5)
    if lock:
        return (*WHITE, 255)
    red, green, blue = (round(a + (b - a) * y) for a, b in zip(TOP, BOTTOM, strict=True))
    return (red, green, blue, 255)


def pixel(column: int, row: int, size: int) -> bytes:
    """Return one pixel: the mean of the points within it, weighted by their opacity."""
    steps = [(index + 0.5) / SAMPLES for index in range(SAMPLES)]
    points = [colour_at((column + dx) / size, (row + dy) / size) for dy in steps for dx in steps]
    solid = sum(point[3] for point in points)
    if solid == 0:
        return bytes(4)
    mix = [round(sum(p[i] * p[3] for p in points) / solid) for i in range(3)]
    return bytes([*mix, round(solid / len(points))])


def png(size: int) -> bytes:
    """Return the icon as a PNG file."""
    rows = (b"".join(pixel(x, y, size) for x in range(size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, content) for kind, content in chunks)


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG file."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "extension/icons")
    for size in SIZES:
        (folder / f"icon-{size}.png").write_bytes(png(size))
