"""Programs that are no users: webhooks in both directions and commands, and what is said on their behalf."""
