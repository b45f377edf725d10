// Goal: only a whole backup counts. Method: directories as a kill at each stage would leave them,
// beside whole ones, and the catalogue must list exactly the whole ones, newest first.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
	BACKUP_DATABASE,
	BACKUP_MANIFEST,
	backupName,
	listBackups,
	newestProven,
	UNFINISHED,
} from "#src/storage/backups/catalogue.js";
import { type BackupManifest, manifestText } from "#src/storage/backups/manifest.js";

const BYTES = "not a database, and nobody looks";

const manifestOf = (at: Date, changes: Partial<BackupManifest> = {}): BackupManifest => ({
	format: 1,
	label: "scheduled",
	createdAt: at.toISOString(),
	appVersion: "0.1.0",
	schemaVersion: 10,
	instanceId: "an instance",
	generation: 1,
	bytes: BYTES.length,
	sha256: "00",
	sessions: 0,
	moves: 0,
	counters: { started: 0 },
	provenAt: at.toISOString(),
	proof: { depth: "full", tookMs: 1, sessionsReplayed: 0, problems: [] },
	...changes,
});

describe("the catalogue", () => {
	let directory: string;
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "savepoint-catalogue-"));
	});
	afterEach(() => rmSync(directory, { recursive: true, force: true }));

	const put = (minute: number, text: string | null, database: string | null = BYTES): string => {
		const name = backupName(new Date(Date.UTC(2026, 10, 25, 12, minute)), "scheduled");
		mkdirSync(join(directory, name));
		if (database !== null) writeFileSync(join(directory, name, BACKUP_DATABASE), database);
		if (text !== null) writeFileSync(join(directory, name, BACKUP_MANIFEST), text);
		return name;
	};
	const at = (minute: number) => new Date(Date.UTC(2026, 10, 25, 12, minute));

	it("is empty where there is no directory", () => {
		expect(listBackups(join(directory, "nowhere"))).toEqual([]);
		expect(newestProven(join(directory, "nowhere"))).toBeNull();
	});

	it("[Y1] lists whole backups, newest first, and nothing that a kill has left behind", () => {
		const oldest = put(1, manifestText(manifestOf(at(1))));
		const newest = put(9, manifestText(manifestOf(at(9))));
		put(2, null);
		put(3, "");
		put(4, manifestText(manifestOf(at(4))).slice(0, 60));
		put(5, manifestText(manifestOf(at(5))), null);
		put(6, manifestText(manifestOf(at(6))), BYTES.slice(1));
		mkdirSync(join(directory, `${backupName(at(10), "scheduled")}${UNFINISHED}`));
		writeFileSync(join(directory, "before-migration-2.sqlite"), BYTES);
		expect(listBackups(directory).map(({ name }) => name)).toEqual([newest, oldest]);
	});

	it("[Y1] a manifest that claims a proof and cannot tell of it counts as none", () => {
		put(1, manifestText(manifestOf(at(1), { proof: null })));
		put(2, JSON.stringify({ ...manifestOf(at(2)), format: 2 }));
		expect(listBackups(directory)).toEqual([]);
	});

	it("[B1] the newest proven one is not simply the newest", () => {
		const proven = put(1, manifestText(manifestOf(at(1))));
		put(2, manifestText(manifestOf(at(2), { provenAt: null, proof: null })));
		expect(listBackups(directory)).toHaveLength(2);
		expect(newestProven(directory)?.name).toBe(proven);
	});
});
