import type {
	CounterComparison,
	DoctorReport,
	HarmedSession,
} from "../../storage/doctor/report.js";
import type {
	FileStorage,
	ServerStorage,
	StorageState,
} from "../../storage/doctor/storage-state.js";
import { serversText, serverText } from "../support/storage-words.js";
import { bytesText, columns, countText, nounText, timeText } from "../support/words.js";

/** The report for people; `--json` prints the report itself. */
export function reportText(report: DoctorReport): string[] {
	const { unreadable, damage, notes } = report;
	return [
		...columns([
			["database", report.database],
			...storageRows(report.storage),
			...(unreadable === null ? contentRows(report) : []),
		]),
		...section("Harmed sessions", [
			...report.harmedSessions.map(harmedText),
			...moreText(report.sessions.harmed - report.harmedSessions.length),
		]),
		...section("Counters that differ from a recount", report.drift.map(driftText)),
		...section("Damage", damage),
		...section("Notes", notes),
		"",
		verdictText(report),
	];
}

const storageRows = (state: StorageState): [string, string][] =>
	state.kind === "file" ? fileRows(state) : serverRows(state);

function serverRows({ server }: ServerStorage): [string, string][] {
	if (server === null) return [];
	const { version, isStandby, settings, schemaVersion, databaseBytes } = server;
	return [
		["server", `${version}${isStandby ? ", a standby" : ""}`],
		["settings", settingsText(settings)],
		["schema", schemaVersion === null ? "none" : `version ${schemaVersion}`],
		["size", bytesText(databaseBytes)],
		["used by", serversText(server)],
	];
}

function fileRows(state: FileStorage): [string, string][] {
	const { files, wal, instance, lock, pragmas } = state;
	return [
		["file system", fileSystemText(state.fileSystem)],
		[
			"files",
			`${bytesText(files.database)}, -wal ${bytesText(files.wal)}, -shm ${bytesText(files.shm)}, reserve ${bytesText(files.reserve)}`,
		],
		["-wal", walText(wal)],
		["instance", instance.state],
		["server", serverText(lock)],
		["quarantine", state.quarantined.length === 0 ? "empty" : state.quarantined.join(", ")],
		...(pragmas === null
			? []
			: ([
					["settings here", settingsText(pragmas.found)],
					["settings to write", settingsText(pragmas.writer)],
				] satisfies [string, string][])),
	];
}

function fileSystemText(on: FileStorage["fileSystem"]): string {
	if (on === null) return "unknown";
	return `${on.name} (${on.kind}), ${bytesText(on.freeBytes)} free of ${bytesText(on.totalBytes)}`;
}

function walText({ kind, frames, committedFrames, reason }: FileStorage["wal"]): string {
	if (kind === "sound") return `sound, ${nounText(frames, "frame")}, ${committedFrames} committed`;
	return reason === null ? kind : `${kind}: ${reason}`;
}

const settingsText = (settings: Readonly<Record<string, string | number>>): string =>
	Object.entries(settings)
		.map(([name, value]) => `${name}=${value === "" ? "(none)" : value}`)
		.join(" ");

function contentRows({ sessions, counters, drift, tookMs }: DoctorReport): [string, string][] {
	const { examined, active, ended, moves, artifacts } = sessions;
	return [
		[
			"sessions",
			`${countText(examined)} examined (${countText(active)} active, ${countText(ended)} ended), ${nounText(moves, "move")}, ${nounText(artifacts, "artifact")}`,
		],
		[
			"counters",
			drift.length === 0
				? `all ${counters.length} agree with a recount`
				: `${drift.length} of ${counters.length} differ from a recount`,
		],
		["took", `${(tookMs / 1000).toFixed(1)} s`],
	];
}

const harmedText = ({ sessionId, sessionKey, reason, firstBadMove }: HarmedSession): string =>
	`${sessionId ?? "an unreadable session"} (key ${sessionKey}): ${reason}` +
	(firstBadMove === null ? "" : `; the first bad move is ${firstBadMove}`);

const driftText = ({ name, stored, counted }: CounterComparison): string => {
	const isTime = name.endsWith("At");
	const text = (value: number | null) =>
		isTime ? timeText(value) : value === null ? "none" : countText(value);
	return `${name}: stored ${text(stored)}, counted ${text(counted)}`;
};

const moreText = (count: number): string[] =>
	count > 0 ? [`and ${countText(count)} more; --limit names more of them`] : [];

const section = (title: string, lines: readonly string[]): string[] =>
	lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`)];

function verdictText(report: DoctorReport): string {
	const { verdict, unreadable, sessions, damage, drift } = report;
	switch (verdict) {
		case "healthy":
			return "Healthy: everything that is stored verifies.";
		case "harmed":
			return `HARMED: ${nounText(sessions.harmed, "session")}, ${nounText(drift.length, "counter")}, ${nounText(damage.length, "other fault")}. Nothing was changed.`;
		case "unreadable":
			return `UNREADABLE: ${unreadable?.reason} (${unreadable?.code})`;
	}
}
