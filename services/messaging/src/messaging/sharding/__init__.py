"""Channels in several databases: what is where, how a database is added, how a slot goes from one to another."""
