CREATE TABLE `publications` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`external_id` text,
	`title` text NOT NULL,
	`body` text,
	`source` text,
	`type` text,
	`location` text,
	`postcode` text,
	`ward_id` text,
	`starts_at` integer,
	`ends_at` integer,
	`url` text,
	`approved` integer DEFAULT false NOT NULL,
	`published_at` integer DEFAULT 9007199254740991 NOT NULL,
	`created_by` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `publications_listed` ON `publications` (`tenant_id`,`kind`,`published_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `publications_external` ON `publications` (`tenant_id`,`kind`,`external_id`) WHERE external_id is not null;--> statement-breakpoint
CREATE TABLE `submissions` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`reference` text NOT NULL,
	`status` text NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`phone` text,
	`address` text,
	`postcode` text,
	`ward_id` text,
	`category_id` text,
	`message` text NOT NULL,
	`spam_reasons` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `submissions_created` ON `submissions` (`tenant_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `submissions_status` ON `submissions` (`tenant_id`,`status`,`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `cases` ADD `submission_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `cases_submission` ON `cases` (`submission_id`) WHERE submission_id is not null;--> statement-breakpoint
ALTER TABLE `users` ADD `version` integer DEFAULT 1 NOT NULL;