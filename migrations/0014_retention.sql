ALTER TABLE `cases` ADD `anonymised_at` integer;--> statement-breakpoint
CREATE INDEX `cases_retained` ON `cases` (`tenant_id`,`closed_at`,`id`) WHERE closed_at is not null and anonymised_at is null;
--> statement-breakpoint
-- A word that leaves the index is taken out of it at once. Otherwise FTS5 only marks it as deleted, and a removed name would
-- be readable in `cases_fts_data` until the index happens to be merged (https://sqlite.org/fts5.html#the_secure_delete_configuration_option).
INSERT INTO cases_fts (cases_fts, rank) VALUES ('secure-delete', 1);
