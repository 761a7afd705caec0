ALTER TABLE `keys` ADD `tenant_closed` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `tenants` ADD `closed_at` integer;--> statement-breakpoint
ALTER TABLE `tenants` ADD `erase_after` integer;