"""What ``make bench`` runs: figures with the floor or peer measured in the same run."""
