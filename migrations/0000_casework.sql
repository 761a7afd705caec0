CREATE TABLE `audit` (
	`tenant_id` text NOT NULL,
	`id` text NOT NULL,
	`at` integer NOT NULL,
	`key_id` text,
	`user_id` text,
	`action` text NOT NULL,
	`target_type` text NOT NULL,
	`target_id` text NOT NULL,
	`request_id` text,
	PRIMARY KEY(`tenant_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `case_counts` (
	`tenant_id` text NOT NULL,
	`viewer` text NOT NULL,
	`archived` integer NOT NULL,
	`status` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `viewer`, `archived`, `status`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `cases` (
	`row_id` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`tenant_id` text NOT NULL,
	`serial` integer NOT NULL,
	`reference` text NOT NULL,
	`internal_ref` text,
	`external_id` text,
	`status` text NOT NULL,
	`archived` integer DEFAULT false NOT NULL,
	`resident_name` text NOT NULL,
	`resident_email` text,
	`resident_phone` text,
	`resident_address` text,
	`resident_postcode` text,
	`summary` text NOT NULL,
	`description` text,
	`source_channel` text NOT NULL,
	`category_id` text,
	`ward_id` text,
	`assignee_id` text,
	`highlighted_for_public` integer DEFAULT false NOT NULL,
	`public_summary` text,
	`public_themes` text,
	`version` integer DEFAULT 1 NOT NULL,
	`resolved_at` integer,
	`closed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `cases_id_unique` ON `cases` (`id`);--> statement-breakpoint
CREATE INDEX `cases_created` ON `cases` (`tenant_id`,`archived`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `cases_updated` ON `cases` (`tenant_id`,`archived`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `cases_status` ON `cases` (`tenant_id`,`archived`,`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `cases_ward` ON `cases` (`tenant_id`,`archived`,`ward_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `cases_category` ON `cases` (`tenant_id`,`archived`,`category_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `cases_assignee` ON `cases` (`tenant_id`,`archived`,`assignee_id`,`created_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `cases_serial` ON `cases` (`tenant_id`,`serial`);--> statement-breakpoint
CREATE UNIQUE INDEX `cases_external` ON `cases` (`tenant_id`,`external_id`) WHERE external_id is not null;--> statement-breakpoint
CREATE TABLE `categories` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`sort_order` integer DEFAULT 0 NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `categories_name` ON `categories` (`tenant_id`,`name_key`);--> statement-breakpoint
CREATE TABLE `counters` (
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`year` integer NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `kind`, `year`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `idempotency` (
	`owner` text NOT NULL,
	`route` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`status` integer NOT NULL,
	`location` text,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`owner`, `route`, `key`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `keys` (
	`hash` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`family_id` text NOT NULL,
	`tenant_id` text NOT NULL,
	`user_id` text NOT NULL,
	`name` text,
	`prefix` text NOT NULL,
	`scopes` text NOT NULL,
	`quota` integer,
	`window_seconds` integer,
	`expires_at` integer,
	`revoked_at` integer,
	`created_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `keys_id_unique` ON `keys` (`id`);--> statement-breakpoint
CREATE INDEX `keys_tenant` ON `keys` (`tenant_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `keys_family` ON `keys` (`family_id`);--> statement-breakpoint
CREATE TABLE `tenants` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`plan` text NOT NULL,
	`council_code` text,
	`anonymise_after_months` integer DEFAULT 12 NOT NULL,
	`created_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `tenants_slug_unique` ON `tenants` (`slug`);--> statement-breakpoint
CREATE TABLE `timeline` (
	`case_id` text NOT NULL,
	`id` text NOT NULL,
	`type` text NOT NULL,
	`body` text,
	`from_status` text,
	`to_status` text,
	`actor_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`case_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`role` text NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`plan_override` text,
	`plan_override_expires_at` integer,
	`plan_override_reason` text,
	`created_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`tenant_id`,lower("email"));--> statement-breakpoint
CREATE TABLE `ward_councillors` (
	`ward_id` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`ward_id`, `user_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `wards` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`code` text,
	`boundary_description` text,
	`council_tier` text,
	`latitude` real,
	`longitude` real,
	`enabled` integer DEFAULT true NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `wards_name` ON `wards` (`tenant_id`,`name_key`);--> statement-breakpoint
CREATE TABLE `windows` (
	`id` text PRIMARY KEY NOT NULL,
	`quota` integer NOT NULL,
	`window_ms` integer NOT NULL,
	`hits` text NOT NULL,
	`mark` text NOT NULL,
	`total` integer NOT NULL,
	`days` text NOT NULL,
	CONSTRAINT "windows_quota" CHECK(quota between 1 and 1000)
) STRICT, WITHOUT ROWID;
