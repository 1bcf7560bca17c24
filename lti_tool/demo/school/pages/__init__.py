"""The pages people see: signing in, courses, activities, the gradebook and the administration."""
