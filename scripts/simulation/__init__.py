"""A simulated company that sells an AI back-office assistant: native exports and their truth."""
