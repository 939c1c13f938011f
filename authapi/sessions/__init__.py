"""Sessions: one login each, from `/authenticate` over every `/refresh` to `/logout`."""
