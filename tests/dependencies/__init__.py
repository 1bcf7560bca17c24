"""What the project is made of, under which licences, and whether these fit its own."""
