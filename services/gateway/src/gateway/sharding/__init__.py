"""Messaging in several databases: which of them to ask, and how their answers become one (docs/sharding.md)."""
