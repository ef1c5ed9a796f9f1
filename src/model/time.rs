//! Instants, durations and the ways in which the app and people write them.
