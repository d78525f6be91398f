"""What serves the pages: the queue of jobs, turns of scripts, memory, configuration, bounds."""
