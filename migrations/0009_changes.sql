CREATE TABLE `changes` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`id` text NOT NULL,
	`event` text NOT NULL,
	`at` integer NOT NULL,
	`target_type` text NOT NULL,
	`target_id` text NOT NULL,
	`reference` text,
	`from_status` text,
	`to_status` text,
	PRIMARY KEY(`tenant_id`, `sequence`)
) STRICT, WITHOUT ROWID;
