"""Formatted content: one canonical form, read from ProseMirror JSON or Markdown, written as Markdown and as text."""
