-- The last word of a search may be the beginning of a word. FTS5 would put all words that begin so together first, in time with
-- their number; beginnings of up to twelve letters are words of the index instead. A case still writes as many rows.
DROP TABLE cases_fts;
--> statement-breakpoint
CREATE VIRTUAL TABLE cases_fts USING fts5(
	tenant_id, reference, internal_ref, external_id, resident_name, resident_postcode, summary, description,
	content='cases_search', content_rowid='row_id', tokenize='unicode61 remove_diacritics 2',
	prefix='1 2 3 4 5 6 7 8 9 10 11 12'
);
--> statement-breakpoint
INSERT INTO cases_fts (cases_fts) VALUES ('rebuild');
