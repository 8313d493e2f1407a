"""Share links: a file for whoever knows an address, for as long and as often as its maker says."""
