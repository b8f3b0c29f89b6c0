"""Training small models: losses, optimisers, and the loop that uses them; all of it a few lines each, to be read."""
