"""The invented municipality of the demo, made by the same services as a real one."""
