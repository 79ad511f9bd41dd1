"""A run as a file: its numbers, its command line, or a script that makes it again with numpy alone."""
