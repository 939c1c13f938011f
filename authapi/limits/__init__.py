"""Limits: how often one may guess, register or refresh, shared by all processes."""
