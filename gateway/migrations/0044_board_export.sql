-- Who sees the board and takes calls out as files takes the people's days out too, as far as the board is seen. Owner: crm-core.
INSERT INTO role_permission (role_id, object, action, scope)
SELECT b.role_id, 'board', 'export', b.scope FROM role_permission b
WHERE b.object = 'board' AND b.action = 'read' AND EXISTS (SELECT 1 FROM role_permission c WHERE c.role_id = b.role_id AND c.object = 'call' AND c.action = 'export')
ON CONFLICT DO NOTHING;
