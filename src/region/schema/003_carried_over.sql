-- Rows of earlier versions that have been made what this one keeps; see region/carried_over.h.
CREATE TABLE carried_over(
  what TEXT NOT NULL PRIMARY KEY
);
