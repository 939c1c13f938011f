"""Other ways to offer the same four requests, each as its own documentation has it.

Each module has an `app` and a `seed(count)`, which stores users that can log in. The environment
says where the database is (`MONGO_URI`, `MONGO_DATABASE`) and which hash to use (`PEER_HASH`:
`same` as the service's, or the peer's `own` default).
"""
