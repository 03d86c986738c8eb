"""What readers come for: their own account, and the register in the admin."""
