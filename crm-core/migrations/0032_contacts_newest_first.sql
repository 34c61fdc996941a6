-- The register of contacts begins with the newest: without this it read and joined all of them for its first page (CB-04).
CREATE INDEX contact_created ON contact(created_at DESC, id DESC) WHERE archived_at IS NULL;
