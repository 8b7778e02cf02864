"""A second opinion: what a customer should hear, written from the requirements and not from the code."""
