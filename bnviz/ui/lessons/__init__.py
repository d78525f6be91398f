"""What each lesson draws: one file a lesson."""
