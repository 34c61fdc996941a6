-- One read view joins the three owners' tables for the screens.
CREATE VIEW dialog_overview AS
SELECT d.id, d.channel_id, c.kind AS channel_kind, c.name AS channel_name, d.medium, d.direction, d.subject, d.identity_kind, d.identity_value, d.display_name, d.identity_result,
       d.opened_at, d.closed_at, d.close_reason, d.customer_wait_since, d.last_message_at, d.last_message_text, d.last_message_direction, d.next_seq - 1 AS last_seq,
       p.customer_id, p.contact_id, p.lead_id, p.interest_id, coalesce(p.candidates, '[]') AS candidates,
       coalesce(nullif(concat_ws(' ', ct.last_name, ct.first_name, ct.middle_name), ''), cu.name, nullif(concat_ws(', ', l.contact_name, l.company_name), ''), d.display_name, d.identity_value, '') AS party_name,
       coalesce(i.responsible_id, cu.responsible_id, l.responsible_id) AS responsible_id, coalesce(cu.is_vip, false) AS is_vip,
       e.id AS entry_id, e.queue_id, e.enqueued_at, e.priority, coalesce(q.message_sla_s, 900) AS message_sla_s, q.sl_threshold_s,
       o.id AS offer_id, o.employee_id AS offer_employee_id, o.rung AS offer_rung, o.reason AS offer_reason, o.deadline_at AS offer_deadline_at,
       a.employee_id AS assignee_id, a.started_at AS assigned_at, k.id AS call_id, k.state AS call_state,
       CASE WHEN d.closed_at IS NOT NULL THEN CASE WHEN k.disposition = 'abandoned_queue' THEN 'abandoned' ELSE 'closed' END
            WHEN o.id IS NOT NULL THEN 'offered' WHEN a.id IS NOT NULL THEN CASE WHEN k.state = 'held' THEN 'held' ELSE 'active' END
            WHEN e.id IS NOT NULL THEN 'queued' ELSE 'new' END AS state
FROM dialog d
JOIN channel c ON c.id = d.channel_id
LEFT JOIN dialog_party p ON p.dialog_id = d.id
LEFT JOIN customer cu ON cu.id = p.customer_id
LEFT JOIN contact ct ON ct.id = p.contact_id
LEFT JOIN lead l ON l.id = p.lead_id
LEFT JOIN interest i ON i.id = p.interest_id
LEFT JOIN entry e ON e.dialog_id = d.id AND e.ended_at IS NULL
LEFT JOIN queue q ON q.id = coalesce(e.queue_id, c.queue_id)
LEFT JOIN offer o ON o.entry_id = e.id AND o.ended_at IS NULL
LEFT JOIN assignment a ON a.dialog_id = d.id AND a.ended_at IS NULL
LEFT JOIN call k ON k.dialog_id = d.id;
