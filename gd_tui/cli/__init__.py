"""The command line: options make a Scenario, and one front end shows its run."""
