"""Turning rows into files. Never queries."""
