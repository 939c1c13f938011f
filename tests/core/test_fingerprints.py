"""Fingerprints."""

import pytest

from authapi.core.fingerprints import Fingerprints
from authapi.core.secrets import MasterSecrets, Secret

MASTER = Secret("one master secret of at least 32 bytes")
prints = Fingerprints(MasterSecrets(MASTER))


def test_the_same_parts_have_the_same_fingerprint() -> None:
    """S57: It depends on the secret and the parts only."""
    assert prints.of("a", "b") == Fingerprints(MasterSecrets(MASTER)).of("a", "b")
    assert len(prints.of("a")) == 64


@pytest.mark.parametrize("other", [("ab",), ("b", "a"), ("a", "b", ""), ("", "ab"), ("a",), ()])
def test_where_a_part_ends_is_part_of_it(other: tuple[str, ...]) -> None:
    """S57: Parts that are concatenated differently give another fingerprint."""
    assert prints.of(*other) != prints.of("a", "b")


def test_without_the_secret_nothing_is_recognised() -> None:
    """S57: another secret gives another fingerprint."""
    assert Fingerprints(MasterSecrets(Secret("another secret"))).of("a", "b") != prints.of("a", "b")
