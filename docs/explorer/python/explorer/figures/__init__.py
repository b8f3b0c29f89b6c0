"""The figures beside the pictures, each with its formula, filled in with the reader's values."""
