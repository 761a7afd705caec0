CREATE TABLE `disclosures` (
	`tenant_id` text NOT NULL,
	`day` text NOT NULL,
	`target_type` text NOT NULL,
	`target_id` text NOT NULL,
	`key_id` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `day`, `target_type`, `target_id`, `key_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `tenants` ADD `disclosures` text;