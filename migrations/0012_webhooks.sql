CREATE TABLE `webhook_deliveries` (
	`endpoint_id` text NOT NULL,
	`id` text NOT NULL,
	`sequence` integer,
	`event` text NOT NULL,
	`at` integer NOT NULL,
	`outcome` text NOT NULL,
	`status` integer,
	`ms` integer NOT NULL,
	`manual` integer NOT NULL,
	PRIMARY KEY(`endpoint_id`, `id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `webhook_endpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`url` text NOT NULL,
	`own_host` text NOT NULL,
	`description` text,
	`events` text NOT NULL,
	`payload` text NOT NULL,
	`secret` text NOT NULL,
	`old_secret` text,
	`old_secret_until` integer,
	`enabled` integer DEFAULT true NOT NULL,
	`disabled_reason` text,
	`cursor` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`refusals` integer DEFAULT 0 NOT NULL,
	`failing_since` integer,
	`next_attempt_at` integer,
	`parked_due_at` integer,
	`lease` text,
	`lease_until` integer,
	`last_status` integer,
	`last_success_at` integer,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `webhook_endpoints_tenant` ON `webhook_endpoints` (`tenant_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `webhook_parked` (
	`endpoint_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`attempts` integer NOT NULL,
	`next_attempt_at` integer NOT NULL,
	PRIMARY KEY(`endpoint_id`, `sequence`)
) STRICT, WITHOUT ROWID;
