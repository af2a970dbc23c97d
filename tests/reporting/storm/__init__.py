"""The roll-ups against a recount while many write, folders are killed and time passes."""
