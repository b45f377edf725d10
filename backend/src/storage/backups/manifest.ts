/**
 * What is known of a backup, in the `manifest.json` beside it. The manifest is written last, so a
 * directory without one is not a backup.
 */
export interface BackupManifest {
	readonly format: 1;
	/** Why it was made: `scheduled`, `manual` … */
	readonly label: string;
	/** ISO 8601, UTC: the backup holds everything that was answered before. */
	readonly createdAt: string;
	readonly appVersion: string;
	/** The newest migration that the copy has. */
	readonly schemaVersion: number;
	/** Of the database that was copied. */
	readonly instanceId: string;
	readonly generation: number;
	/** Size of `savepoint.sqlite`. */
	readonly bytes: number;
	/** Of the same file, in hexadecimal. */
	readonly sha256: string;
	readonly sessions: number;
	readonly moves: number;
	readonly counters: Readonly<Record<string, number | null>>;
	/** ISO 8601, UTC: when it was last restored to a scratch file and verified; null: never. */
	readonly provenAt: string | null;
	/** What that verification looked at, or found; null: it never came to an end. */
	readonly proof: BackupProof | null;
}

export interface BackupProof {
	/** full: every session was played again. sample: every row's checksum, some sessions played. */
	readonly depth: "sample" | "full";
	readonly tookMs: number;
	/** Sessions whose log was played again to the stored hash. */
	readonly sessionsReplayed: number;
	/** What does not verify, a sentence each. Empty: proven. */
	readonly problems: readonly string[];
}

const FIELDS: Readonly<Record<string, "string" | "number" | "object">> = {
	label: "string",
	createdAt: "string",
	appVersion: "string",
	schemaVersion: "number",
	instanceId: "string",
	generation: "number",
	bytes: "number",
	sha256: "string",
	sessions: "number",
	moves: "number",
	counters: "object",
};

/** null: torn, of another program or of a later format. Such a directory counts as no backup. */
export function parseManifest(text: string): BackupManifest | null {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return null;
	}
	return isManifest(value) ? value : null;
}

function isManifest(value: unknown): value is BackupManifest {
	if (typeof value !== "object" || value === null) return false;
	const fields: Readonly<Record<string, unknown>> = { ...value };
	const isTyped = Object.entries(FIELDS).every(
		([name, type]) => typeof fields[name] === type && fields[name] !== null,
	);
	return isTyped && fields["format"] === 1 && isProofTold(fields["provenAt"], fields["proof"]);
}

/** A backup that says it is proven must say by what. */
function isProofTold(provenAt: unknown, proof: unknown): boolean {
	if (provenAt === null) return proof === null || typeof proof === "object";
	return typeof provenAt === "string" && typeof proof === "object" && proof !== null;
}

export const manifestText = (manifest: BackupManifest): string =>
	`${JSON.stringify(manifest, null, "\t")}\n`;
