"""What a cohort learns from each other: shared work with reactions, who takes part, and the trainers' shelf."""
