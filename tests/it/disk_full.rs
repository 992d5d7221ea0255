//! Owns disks that are full or read-only.
