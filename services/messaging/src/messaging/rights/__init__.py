"""Rights that workspaces and channels give otherwise than the rules do."""
