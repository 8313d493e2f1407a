"""Whom and what texts refer to: people, groups of them, everyone, who is here, and channels."""
