-- Who looks after an organization's people, and whom they have shut out.
ALTER TABLE organizations ADD COLUMN founder_id UUID;
UPDATE organizations SET founder_id =
    (SELECT id FROM users WHERE organization_id = organizations.id ORDER BY created_at, id LIMIT 1);

ALTER TABLE users ADD COLUMN deactivated_at TIMESTAMPTZ;
