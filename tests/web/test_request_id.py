"""Request ids."""

import pytest

from authapi.web.request_id import choose


@pytest.mark.parametrize(
    "offered", ["12345678", "a.b_c-D9" * 8, "c0ffee00-0000-4000-8000-000000000000"]
)
def test_a_sane_id_is_kept(offered: str) -> None:
    """S73: A client can find its request in the log."""
    assert choose(offered) == offered


@pytest.mark.parametrize(
    "offered", [None, "", "1234567", "x" * 65, "with space", "a\nb\nc\nd\ne", "12345678\n", "é" * 8]
)
def test_any_other_is_replaced(offered: str | None) -> None:
    """S76: Only plain ids are logged."""
    chosen = choose(offered)
    assert chosen != offered
    assert chosen == choose(chosen)


def test_new_ids_are_new() -> None:
    """S73: Each request has its own."""
    assert len({choose(None) for _ in range(100)}) == 100
