"""Bodies, hands and faces of a recording, for programs of animation (BVH) and for tables (CSV)."""
