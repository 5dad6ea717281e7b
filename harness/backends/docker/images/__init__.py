"""Images of the stack: recipes, builds, versions."""
