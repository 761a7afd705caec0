CREATE TABLE `case_tallies` (
	`tenant_id` text NOT NULL,
	`viewer` text NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`n` integer DEFAULT 0 NOT NULL,
	`statuses` text DEFAULT '{}' NOT NULL,
	`created` text DEFAULT '{}' NOT NULL,
	`closed` text DEFAULT '{}' NOT NULL,
	`categories` text DEFAULT '{}' NOT NULL,
	`wards` text DEFAULT '{}' NOT NULL,
	`resolved` text DEFAULT '{}' NOT NULL,
	PRIMARY KEY(`tenant_id`, `viewer`, `kind`, `key`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `job_progress` (
	`name` text PRIMARY KEY NOT NULL,
	`position` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- wrangler splits statements by CASE and END between blanks alone, hence the blanks before brackets.
-- What reports count a case by, so that triggers have it of the old row as of the new.
ALTER TABLE `cases` ADD COLUMN `created_month` text GENERATED ALWAYS AS (strftime('%Y-%m', created_at / 1000.0, 'unixepoch')) VIRTUAL;
--> statement-breakpoint
ALTER TABLE `cases` ADD COLUMN `closed_month` text
	GENERATED ALWAYS AS ( CASE WHEN status = 'closed' THEN strftime('%Y-%m', closed_at / 1000.0, 'unixepoch') END ) VIRTUAL;
--> statement-breakpoint
-- From creation to resolution: tenths of a day, rounded; from 100 days on whole days, in tenths as well.
ALTER TABLE `cases` ADD COLUMN `resolved_after` integer GENERATED ALWAYS AS ( CASE WHEN status IN ('resolved', 'closed') THEN
	CASE WHEN resolved_at < created_at THEN 0
		WHEN resolved_at - created_at < 100 * 86400000 THEN (resolved_at - created_at + 4320000) / 8640000
		ELSE (resolved_at - created_at + 43200000) / 86400000 * 10 END END ) VIRTUAL;
--> statement-breakpoint
-- Everything that a case adds one to: `part` in the JSON column `doc` of the row `viewer`, `kind`, `key`.
CREATE VIEW case_parts AS
SELECT cases.tenant_id, created_at, ward_id, category_id, assignee_id, archived, kind,
	CASE kind WHEN 'own' THEN assignee_id ELSE '' END AS viewer,
	CASE kind WHEN 'month' THEN created_month WHEN 'ward' THEN coalesce(ward_id, '') WHEN 'category' THEN coalesce(category_id, '') ELSE '' END AS key,
	doc,
	CASE doc WHEN 'statuses' THEN status WHEN 'created' THEN created_month WHEN 'closed' THEN closed_month
		WHEN 'categories' THEN coalesce(category_id, '') WHEN 'wards' THEN coalesce(ward_id, '') ELSE CAST(resolved_after AS text) END AS part
FROM cases,
	(SELECT column1 AS kind FROM (VALUES ('month'), ('ward'), ('category'), ('own'))),
	(SELECT column1 AS doc FROM (VALUES ('statuses'), ('created'), ('closed'), ('categories'), ('wards'), ('resolved')))
WHERE CASE kind WHEN 'month' THEN doc IN ('statuses', 'closed', 'resolved') WHEN 'ward' THEN doc <> 'wards'
	WHEN 'category' THEN doc NOT IN ('categories', 'wards') ELSE assignee_id IS NOT NULL END;
--> statement-breakpoint
-- Never has a row: what is inserted here is counted. A case as it was and as it is; the status is NULL of one that was not, or is no more.
CREATE VIEW case_before_after AS SELECT NULL AS tenant_id,
	NULL AS was_status, NULL AS was_created, NULL AS was_closed, NULL AS was_category, NULL AS was_ward, NULL AS was_resolved, NULL AS was_assignee,
	NULL AS status, NULL AS created, NULL AS closed, NULL AS category, NULL AS ward, NULL AS resolved, NULL AS assignee WHERE false;
--> statement-breakpoint
-- The same, of one row of case_tallies: NULL for what the row does not count.
CREATE VIEW tally_before_after AS SELECT NULL AS tenant_id, NULL AS viewer, NULL AS kind, NULL AS key,
	NULL AS was_status, NULL AS was_created, NULL AS was_closed, NULL AS was_category, NULL AS was_ward, NULL AS was_resolved,
	NULL AS status, NULL AS created, NULL AS closed, NULL AS category, NULL AS ward, NULL AS resolved WHERE false;
--> statement-breakpoint
CREATE TRIGGER tally_before_after_insert INSTEAD OF INSERT ON tally_before_after
WHEN new.was_status IS NOT new.status OR new.was_created IS NOT new.created OR new.was_closed IS NOT new.closed
	OR new.was_category IS NOT new.category OR new.was_ward IS NOT new.ward OR new.was_resolved IS NOT new.resolved
BEGIN
	INSERT INTO case_tallies (tenant_id, viewer, kind, key) VALUES (new.tenant_id, new.viewer, new.kind, new.key) ON CONFLICT DO NOTHING;
	-- A merge patch (RFC 7396) takes out what becomes null, so that no nought is kept.
	UPDATE case_tallies SET
		n = n - (new.was_status IS NOT NULL) + (new.status IS NOT NULL),
		statuses = CASE WHEN new.was_status IS new.status THEN statuses ELSE json_patch(statuses, json_object(
			coalesce(new.was_status, '?'), nullif(json_extract(statuses, '$."' || new.was_status || '"') - 1, 0),
			coalesce(new.status, '?'), CASE WHEN new.status IS NOT NULL THEN coalesce(json_extract(statuses, '$."' || new.status || '"'), 0) + 1 END )) END ,
		created = CASE WHEN new.was_created IS new.created THEN created ELSE json_patch(created, json_object(
			coalesce(new.was_created, '?'), nullif(json_extract(created, '$."' || new.was_created || '"') - 1, 0),
			coalesce(new.created, '?'), CASE WHEN new.created IS NOT NULL THEN coalesce(json_extract(created, '$."' || new.created || '"'), 0) + 1 END )) END ,
		closed = CASE WHEN new.was_closed IS new.closed THEN closed ELSE json_patch(closed, json_object(
			coalesce(new.was_closed, '?'), nullif(json_extract(closed, '$."' || new.was_closed || '"') - 1, 0),
			coalesce(new.closed, '?'), CASE WHEN new.closed IS NOT NULL THEN coalesce(json_extract(closed, '$."' || new.closed || '"'), 0) + 1 END )) END ,
		categories = CASE WHEN new.was_category IS new.category THEN categories ELSE json_patch(categories, json_object(
			coalesce(new.was_category, '?'), nullif(json_extract(categories, '$."' || new.was_category || '"') - 1, 0),
			coalesce(new.category, '?'), CASE WHEN new.category IS NOT NULL THEN coalesce(json_extract(categories, '$."' || new.category || '"'), 0) + 1 END )) END ,
		wards = CASE WHEN new.was_ward IS new.ward THEN wards ELSE json_patch(wards, json_object(
			coalesce(new.was_ward, '?'), nullif(json_extract(wards, '$."' || new.was_ward || '"') - 1, 0),
			coalesce(new.ward, '?'), CASE WHEN new.ward IS NOT NULL THEN coalesce(json_extract(wards, '$."' || new.ward || '"'), 0) + 1 END )) END ,
		resolved = CASE WHEN new.was_resolved IS new.resolved THEN resolved ELSE json_patch(resolved, json_object(
			coalesce(new.was_resolved, '?'), nullif(json_extract(resolved, '$."' || new.was_resolved || '"') - 1, 0),
			coalesce(new.resolved, '?'), CASE WHEN new.resolved IS NOT NULL THEN coalesce(json_extract(resolved, '$."' || new.resolved || '"'), 0) + 1 END )) END
	WHERE tenant_id = new.tenant_id AND viewer = new.viewer AND kind = new.kind AND key = new.key;
END;
--> statement-breakpoint
-- One row for each row of case_tallies that the case was or is in, so that a change writes each of them once.
CREATE TRIGGER case_before_after_insert INSTEAD OF INSERT ON case_before_after BEGIN
	INSERT INTO tally_before_after
	SELECT new.tenant_id, viewer, kind, key,
		max( CASE WHEN was THEN status END ), max( CASE WHEN was AND kind <> 'month' THEN created END ), max( CASE WHEN was THEN closed END ), max( CASE WHEN was AND kind IN ('ward', 'own') THEN category END ), max( CASE WHEN was AND kind = 'own' THEN ward END ), max( CASE WHEN was THEN resolved END ),
		max( CASE WHEN NOT was THEN status END ), max( CASE WHEN NOT was AND kind <> 'month' THEN created END ), max( CASE WHEN NOT was THEN closed END ), max( CASE WHEN NOT was AND kind IN ('ward', 'own') THEN category END ), max( CASE WHEN NOT was AND kind = 'own' THEN ward END ), max( CASE WHEN NOT was THEN resolved END )
	FROM (
		SELECT one.*, kind, CASE kind WHEN 'own' THEN assignee ELSE '' END AS viewer,
			CASE kind WHEN 'month' THEN created WHEN 'ward' THEN ward WHEN 'category' THEN category ELSE '' END AS key
		FROM (
			SELECT true AS was, new.was_status AS status, new.was_created AS created, new.was_closed AS closed, coalesce(new.was_category, '') AS category,
				coalesce(new.was_ward, '') AS ward, CAST(new.was_resolved AS text) AS resolved, new.was_assignee AS assignee
			UNION ALL
			SELECT false, new.status, new.created, new.closed, coalesce(new.category, ''), coalesce(new.ward, ''), CAST(new.resolved AS text), new.assignee
		) AS one, (SELECT 'month' AS kind UNION ALL SELECT 'ward' UNION ALL SELECT 'category' UNION ALL SELECT 'own')
	)
	WHERE status IS NOT NULL AND viewer IS NOT NULL
	GROUP BY viewer, kind, key;
END;
--> statement-breakpoint
CREATE TRIGGER cases_tally_insert AFTER INSERT ON cases BEGIN
	INSERT INTO case_before_after VALUES (new.tenant_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		new.status, new.created_month, new.closed_month, new.category_id, new.ward_id, new.resolved_after, new.assignee_id);
END;
--> statement-breakpoint
CREATE TRIGGER cases_tally_delete AFTER DELETE ON cases BEGIN
	INSERT INTO case_before_after VALUES (old.tenant_id, old.status, old.created_month, old.closed_month, old.category_id, old.ward_id, old.resolved_after, old.assignee_id,
		NULL, NULL, NULL, NULL, NULL, NULL, NULL);
END;
--> statement-breakpoint
CREATE TRIGGER cases_tally_update AFTER UPDATE OF status, category_id, ward_id, assignee_id, created_at, resolved_at, closed_at ON cases BEGIN
	INSERT INTO case_before_after VALUES (new.tenant_id, old.status, old.created_month, old.closed_month, old.category_id, old.ward_id, old.resolved_after, old.assignee_id,
		new.status, new.created_month, new.closed_month, new.category_id, new.ward_id, new.resolved_after, new.assignee_id);
END;
--> statement-breakpoint
-- The counters of the cases that are there. Kind by kind, since D1 ends a statement after 30 seconds.
INSERT INTO case_tallies (tenant_id, viewer, kind, key, n, statuses, created, closed, categories, wards, resolved)
SELECT tenant_id, viewer, kind, key, max(total),
	coalesce(max( CASE WHEN doc = 'statuses' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'created' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'closed' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'categories' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'wards' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'resolved' THEN json END ), '{}')
FROM (SELECT tenant_id, viewer, kind, key, doc, sum(n) AS total, json_group_object(part, n) AS json
	FROM (SELECT tenant_id, viewer, kind, key, doc, part, count(*) AS n FROM case_parts WHERE kind = 'month' AND part IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6)
	GROUP BY 1, 2, 3, 4, 5)
GROUP BY 1, 2, 3, 4;
--> statement-breakpoint
INSERT INTO case_tallies (tenant_id, viewer, kind, key, n, statuses, created, closed, categories, wards, resolved)
SELECT tenant_id, viewer, kind, key, max(total),
	coalesce(max( CASE WHEN doc = 'statuses' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'created' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'closed' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'categories' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'wards' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'resolved' THEN json END ), '{}')
FROM (SELECT tenant_id, viewer, kind, key, doc, sum(n) AS total, json_group_object(part, n) AS json
	FROM (SELECT tenant_id, viewer, kind, key, doc, part, count(*) AS n FROM case_parts WHERE kind = 'ward' AND part IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6)
	GROUP BY 1, 2, 3, 4, 5)
GROUP BY 1, 2, 3, 4;
--> statement-breakpoint
INSERT INTO case_tallies (tenant_id, viewer, kind, key, n, statuses, created, closed, categories, wards, resolved)
SELECT tenant_id, viewer, kind, key, max(total),
	coalesce(max( CASE WHEN doc = 'statuses' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'created' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'closed' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'categories' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'wards' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'resolved' THEN json END ), '{}')
FROM (SELECT tenant_id, viewer, kind, key, doc, sum(n) AS total, json_group_object(part, n) AS json
	FROM (SELECT tenant_id, viewer, kind, key, doc, part, count(*) AS n FROM case_parts WHERE kind = 'category' AND part IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6)
	GROUP BY 1, 2, 3, 4, 5)
GROUP BY 1, 2, 3, 4;
--> statement-breakpoint
INSERT INTO case_tallies (tenant_id, viewer, kind, key, n, statuses, created, closed, categories, wards, resolved)
SELECT tenant_id, viewer, kind, key, max(total),
	coalesce(max( CASE WHEN doc = 'statuses' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'created' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'closed' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'categories' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'wards' THEN json END ), '{}'),
	coalesce(max( CASE WHEN doc = 'resolved' THEN json END ), '{}')
FROM (SELECT tenant_id, viewer, kind, key, doc, sum(n) AS total, json_group_object(part, n) AS json
	FROM (SELECT tenant_id, viewer, kind, key, doc, part, count(*) AS n FROM case_parts WHERE kind = 'own' AND part IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6)
	GROUP BY 1, 2, 3, 4, 5)
GROUP BY 1, 2, 3, 4;
