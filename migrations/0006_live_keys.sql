DROP INDEX `keys_family`;--> statement-breakpoint
CREATE INDEX `keys_live` ON `keys` (`tenant_id`,`expires_at`) WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX `keys_family` ON `keys` (`family_id`,`created_at`);