"""Passes: each takes a program to another that computes the same."""
