"""Draws the ratios into `docs/performance.svg`: `python -m bench.picture`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import results
from bench.contenders import OURS
from bench.groups import FLOORS, LEAN, PEERS_GROUP, SIZES
from bench.places import PICTURE, RESULT
from bench.ratios import Outcome
from bench.report import outcomes

DRAWN = (
    (FLOORS, "against the floor (1 = as quick)"),
    (SIZES, "with more users (1 = as quick as with few)"),
    (PEERS_GROUP, "against others (over 1 = authapi is quicker)"),
)
_MET, _NOT_MET, _NO_GOAL = "#2a7f4f", "#b3482f", "#5a6b7b"


def draw(found: dict[str, Any], file: Path) -> None:
    """Draw a point and its spread for each comparison of the groups that were measured."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "authapi"  # the same figures give the same file
    mpl.rcParams["svg.fonttype"] = "none"  # text stays text
    mpl.rcParams["font.size"] = 8
    from matplotlib import pyplot

    panels = [
        (title, shown)
        for name, title in DRAWN
        if name in found["groups"]
        and (shown := [one for one in outcomes(name, found["groups"][name]) if one.spread])
    ]
    if not panels:
        return
    heights = [len(shown) + 2 for _, shown in panels]
    figure, axes = pyplot.subplots(
        len(panels),
        figsize=(8, sum(heights) * 0.21),
        height_ratios=heights,
        layout="constrained",
        squeeze=False,
    )
    for axis, (title, shown) in zip(axes[:, 0], panels, strict=True):
        _panel(axis, title, shown)
    figure.savefig(file, metadata={"Date": None})


def _panel(axis: Any, title: str, shown: Sequence[Outcome]) -> None:  # noqa: ANN401 - matplotlib's
    axis.set_title(title, loc="left", fontsize=9)
    axis.axvline(1, color="#999999", linewidth=0.8)
    for place, one in enumerate(reversed(shown)):
        if one.spread is None:
            continue
        colour = {"met": _MET, "not met": _NOT_MET}.get(one.verdict, _NO_GOAL)
        axis.plot([one.spread.low, one.spread.high], [place, place], color=colour, linewidth=2)
        axis.plot([one.spread.median], [place], "o", color=colour, markersize=4)
        if one.comparison.target not in (None, 1.0):
            axis.plot([one.comparison.target], [place], "|", color="black", markersize=9)
    axis.set_yticks(range(len(shown)), [_label(one) for one in reversed(shown)])
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_formatter("{x:g}")
    axis.grid(axis="x", color="#e5e5e5")
    axis.set_ylim(-0.7, len(shown) - 0.3)


def _label(one: Outcome) -> str:
    compared = one.comparison
    if "users" in compared.ours:
        return f"/{compared.key}, {compared.ours.partition(', ')[2]}"
    if compared.ours == LEAN:
        return f"/{compared.key}, no limits, no trail : {compared.other}"
    if compared.ours != OURS:
        return f"/{compared.key}, {compared.ours} : {compared.other}"
    return f"/{compared.key} : {compared.other}"


def main() -> None:
    """Draw the stored results."""
    draw(results.read(RESULT), PICTURE)


if __name__ == "__main__":
    main()
