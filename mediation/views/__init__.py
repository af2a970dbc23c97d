"""The pages of mediation, a module for each thing people come to do."""
