-- Full-text search over cases. The tenant is an indexed column: a MATCH that names it reads that tenant's rows only.
CREATE VIRTUAL TABLE cases_fts USING fts5(
	tenant_id, reference, internal_ref, external_id, resident_name, resident_postcode, summary, description,
	content='cases', content_rowid='row_id', tokenize='unicode61 remove_diacritics 2'
);
--> statement-breakpoint
CREATE TRIGGER cases_search_insert AFTER INSERT ON cases BEGIN
	INSERT INTO cases_fts (rowid, tenant_id, reference, internal_ref, external_id, resident_name, resident_postcode, summary, description)
	VALUES (new.row_id, new.tenant_id, new.reference, new.internal_ref, new.external_id, new.resident_name, new.resident_postcode, new.summary, new.description);
END;
--> statement-breakpoint
CREATE TRIGGER cases_search_delete AFTER DELETE ON cases BEGIN
	INSERT INTO cases_fts (cases_fts, rowid, tenant_id, reference, internal_ref, external_id, resident_name, resident_postcode, summary, description)
	VALUES ('delete', old.row_id, old.tenant_id, old.reference, old.internal_ref, old.external_id, old.resident_name, old.resident_postcode, old.summary, old.description);
END;
--> statement-breakpoint
CREATE TRIGGER cases_search_update AFTER UPDATE ON cases
WHEN old.internal_ref IS NOT new.internal_ref OR old.external_id IS NOT new.external_id OR old.resident_name <> new.resident_name
	OR old.resident_postcode IS NOT new.resident_postcode OR old.summary <> new.summary OR old.description IS NOT new.description
BEGIN
	INSERT INTO cases_fts (cases_fts, rowid, tenant_id, reference, internal_ref, external_id, resident_name, resident_postcode, summary, description)
	VALUES ('delete', old.row_id, old.tenant_id, old.reference, old.internal_ref, old.external_id, old.resident_name, old.resident_postcode, old.summary, old.description);
	INSERT INTO cases_fts (rowid, tenant_id, reference, internal_ref, external_id, resident_name, resident_postcode, summary, description)
	VALUES (new.row_id, new.tenant_id, new.reference, new.internal_ref, new.external_id, new.resident_name, new.resident_postcode, new.summary, new.description);
END;
--> statement-breakpoint
-- Exact totals without counting: one row per tenant (viewer '') and one per assignee, for each status and archive.
CREATE TRIGGER cases_count_insert AFTER INSERT ON cases BEGIN
	INSERT INTO case_counts (tenant_id, viewer, archived, status, n) VALUES (new.tenant_id, '', new.archived, new.status, 1)
		ON CONFLICT DO UPDATE SET n = n + 1;
	INSERT INTO case_counts (tenant_id, viewer, archived, status, n)
		SELECT new.tenant_id, new.assignee_id, new.archived, new.status, 1 WHERE new.assignee_id IS NOT NULL
		ON CONFLICT DO UPDATE SET n = n + 1;
END;
--> statement-breakpoint
CREATE TRIGGER cases_count_delete AFTER DELETE ON cases BEGIN
	UPDATE case_counts SET n = n - 1
		WHERE tenant_id = old.tenant_id AND viewer IN ('', coalesce(old.assignee_id, '')) AND archived = old.archived AND status = old.status;
END;
--> statement-breakpoint
CREATE TRIGGER cases_count_update AFTER UPDATE OF status, archived, assignee_id ON cases
WHEN old.status <> new.status OR old.archived <> new.archived OR old.assignee_id IS NOT new.assignee_id
BEGIN
	UPDATE case_counts SET n = n - 1
		WHERE tenant_id = old.tenant_id AND viewer IN ('', coalesce(old.assignee_id, '')) AND archived = old.archived AND status = old.status;
	INSERT INTO case_counts (tenant_id, viewer, archived, status, n) VALUES (new.tenant_id, '', new.archived, new.status, 1)
		ON CONFLICT DO UPDATE SET n = n + 1;
	INSERT INTO case_counts (tenant_id, viewer, archived, status, n)
		SELECT new.tenant_id, new.assignee_id, new.archived, new.status, 1 WHERE new.assignee_id IS NOT NULL
		ON CONFLICT DO UPDATE SET n = n + 1;
END;
