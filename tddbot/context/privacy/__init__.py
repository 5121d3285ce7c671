"""What must not leave the machine: keys, values of `.env` files, and files that the user keeps from models."""
