import type { AuditAction } from "@savepoint/core";

/** The audit log and the console's sign-ins, as they are kept. Types only. */

export interface StoredAuditEntry {
	readonly id: string;
	readonly atMs: number;
	readonly action: AuditAction;
	readonly subject: string | null;
	/** The client's address. */
	readonly origin: string;
	readonly before: unknown;
	readonly after: unknown;
	readonly undoneBy: string | null;
}

export interface StoredSignIn {
	readonly tokenHash: string;
	readonly createdAtMs: number;
	readonly expiresAtMs: number;
}
