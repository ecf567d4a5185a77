"""Whole programs, each as a user of one library writes it; started as processes by `benchmarks.training`."""
