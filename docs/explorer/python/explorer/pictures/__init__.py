"""What the pictures show, as lists of numbers: one file for each picture."""
