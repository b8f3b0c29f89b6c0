"""What `refconv` can be told on the command line: a file for each command, imported when it is used."""
