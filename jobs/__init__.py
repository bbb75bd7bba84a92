"""The commands, one small file each; nothing but Click lives here."""
