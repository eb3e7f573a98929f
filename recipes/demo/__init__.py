"""What `burnish demo` brings along: spoken digits, and a recipe for written ones."""
