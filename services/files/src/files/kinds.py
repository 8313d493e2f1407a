"""The kinds of jobs, and how each is done."""

from collections.abc import Mapping

from files.jobs import Kind

KINDS: Mapping[str, Kind] = {}
