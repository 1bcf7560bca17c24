"""Activities that the learning environment has of its own: assignments, quizzes and pages, without any tool."""
