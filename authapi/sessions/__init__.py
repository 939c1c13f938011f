"""Sessions: each is one login, from `/authenticate` through every `/refresh` to `/logout`."""
