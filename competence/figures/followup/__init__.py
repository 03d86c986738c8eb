"""The follow-up report: one frozen document (`document`), gathered once from what is published
(`gathering`), and read by everything that shows it: page, files, print, command line."""
