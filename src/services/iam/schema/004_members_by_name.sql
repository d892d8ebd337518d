-- A group's members are told in order of their names, a page at a time, by seeking.
ALTER TABLE iam_group_members ADD COLUMN name_key TEXT NOT NULL DEFAULT '';   -- the user's name in lower case
UPDATE iam_group_members SET name_key = COALESCE(
  (SELECT r.name FROM resources r WHERE r.kind = 'iam/user' AND r.id = iam_group_members.user_id), '');
CREATE INDEX iam_group_members_name ON iam_group_members (group_id, name_key, user_id);
