"""The trainings, one TOML file each; `mappings.loading` reads and checks them."""
