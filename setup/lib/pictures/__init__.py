"""A browser that takes pictures, and the screens that it looks at."""
