"""Other systems' exports, as declared maps (TOML data, one file a system) and the code that reads by them."""
