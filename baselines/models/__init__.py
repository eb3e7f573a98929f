"""The models, the matrix that they learn from, and the choice between them."""
