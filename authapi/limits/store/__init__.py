"""What the limits keep in MongoDB: each hit is one conditional write, shared by all processes."""

from authapi.limits.store.rows import KNOWN_PLACES, LimitStore, Standing
from authapi.limits.store.windows import COLLECTION, INDEXES, Counter

__all__ = ["COLLECTION", "INDEXES", "KNOWN_PLACES", "Counter", "LimitStore", "Standing"]
