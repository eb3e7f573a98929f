"""The pages of `burnish review`: one person, one question, one file after the other."""
