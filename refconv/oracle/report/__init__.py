"""The verdict on a kernel, as a record, a table, JSON, JUnit XML and a page."""
