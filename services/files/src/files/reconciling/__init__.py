"""Looks whether rows and bytes agree, both ways, and mends what does not: `python -m files reconcile [--repair]`."""
