"""What each YAML file may hold. An unknown key is a fault."""
