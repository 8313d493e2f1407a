"""Workspaces that come from elsewhere, and go there: Slack's export and our own archive as files."""
