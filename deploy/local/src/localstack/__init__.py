"""The native stack: what `make run` and the tests start."""

from localstack.borrowed import NotStarted, Parts, start_parts

__all__ = ["NotStarted", "Parts", "start_parts"]
