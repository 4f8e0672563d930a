"""Scoring of a year: state of actions, evolution of indicators, attainment of targets, never mixed."""
