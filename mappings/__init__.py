"""What learning environments' facts mean for the training, and back: pure, with data files of its own.

No network, no clock, no framework. The training and the platforms are data (`trainings/`, `platforms/`): a second
training or another learning environment is a TOML file, not code.
"""
