import { isIP } from "node:net";
import { SavepointError } from "./errors.js";
import { ADMIN_PASSWORD_LENGTH_MIN } from "./limits.js";
import { parseHash } from "./password.js";
import { LOG_LEVELS, type LogLevel, SETTINGS, type SettingName } from "./settings.js";
import { type BackupConfig, readBackupConfig } from "./storage/backups/config.js";
import { readStorageConfig, type StorageConfig } from "./storage/config.js";

export interface ServerConfig {
	/** 0: any free port. */
	readonly port: number;
	readonly host: string;
	readonly storage: StorageConfig;
	readonly backups: BackupConfig;
	/** For each client address; 0: no limit. */
	readonly writesPerMinute: number;
	/** For each live connection; 0: no limit. */
	readonly socketMessagesPerMinute: number;
	/** Addresses and networks whose word about the client's address is believed. */
	readonly trustProxy: readonly string[];
	readonly requestTimeoutMs: number;
	readonly retention: RetentionPolicy;
	readonly consoleAccess: ConsoleAccess;
	/** What opens `/metrics`; null: a call from this machine does. */
	readonly metricsToken: string | null;
	/** null: `info`, or `warn` where a person looks at a terminal. */
	readonly logLevel: LogLevel | null;
}

export interface RetentionPolicy {
	/** How long an ended session is kept; null: for ever. */
	readonly keepMs: number | null;
	/** How long a removal can be taken back before anything is deleted. */
	readonly undoMs: number;
}

/** What the console asks for; `off`: there is no console. */
export type ConsoleAccess =
	| { readonly kind: "off" }
	| { readonly kind: "password"; readonly password: string }
	| { readonly kind: "hash"; readonly hash: string };

const DAY_MS = 24 * 3_600_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Environment → configuration. Throws CONFIG_INVALID with one sentence for each mistake, so that
 * all of them can be mended at once.
 */
export function readConfig(env: Environment): ServerConfig {
	const mistakes: string[] = [];
	const config: ServerConfig = {
		port: readInteger(env, "PORT", { max: 65_535 }, mistakes),
		host: text(env, "HOST"),
		storage: readStorageConfig(env, mistakes),
		backups: readBackupConfig(
			text(env, "SAVEPOINT_BACKUP_EVERY_MINUTES"),
			text(env, "SAVEPOINT_BACKUP_KEEP"),
			mistakes,
		),
		writesPerMinute: readInteger(env, "SAVEPOINT_WRITES_PER_MINUTE", {}, mistakes),
		socketMessagesPerMinute: readInteger(env, "SAVEPOINT_SOCKET_MESSAGES_PER_MINUTE", {}, mistakes),
		trustProxy: readTrustProxy(env, mistakes),
		requestTimeoutMs:
			1000 *
			readInteger(env, "SAVEPOINT_REQUEST_TIMEOUT_SECONDS", { min: 1, max: 3_600 }, mistakes),
		retention: readRetention(env, mistakes),
		consoleAccess: readConsoleAccess(env, mistakes),
		metricsToken: readMetricsToken(env, mistakes),
		logLevel: readLogLevel(env, mistakes),
	};
	mistakes.push(...unknownSettings(env));
	if (mistakes.length > 0) throw new SavepointError("CONFIG_INVALID", mistakes.join("\n"));
	return config;
}

function text(env: Environment, name: SettingName): string {
	return env[name]?.trim() || SETTINGS[name].default;
}

function readInteger(
	env: Environment,
	name: SettingName,
	{ min = 0, max = 1_000_000_000 }: { readonly min?: number; readonly max?: number },
	mistakes: string[],
): number {
	const said = text(env, name);
	const value = Number(said);
	if (/^\d{1,10}$/.test(said) && value >= min && value <= max) return value;
	mistakes.push(`${name} is "${said}"; it takes a whole number from ${min} to ${max}.`);
	return min;
}

/**
 * "true" is refused: believing every sender's word about its address is a choice to be spelled
 * out.
 */
function readTrustProxy(env: Environment, mistakes: string[]): readonly string[] {
	const entries = text(env, "SAVEPOINT_TRUST_PROXY")
		.split(",")
		.map((entry) => entry.trim())
		.filter((entry) => entry !== "");
	const wrong = entries.find((entry) => !isNetwork(entry));
	if (wrong !== undefined)
		mistakes.push(
			`SAVEPOINT_TRUST_PROXY has "${wrong}"; it takes addresses and networks such as ` +
				"10.0.0.7, 10.0.0.0/8 or loopback, with commas between. To believe everybody, write 0.0.0.0/0,::/0.",
		);
	return wrong === undefined ? entries : [];
}

function isNetwork(entry: string): boolean {
	if (["loopback", "linklocal", "uniquelocal"].includes(entry)) return true;
	const [address = "", bits, ...rest] = entry.split("/");
	const version = isIP(address);
	if (version === 0 || rest.length > 0) return false;
	return (
		bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
	);
}

function readRetention(env: Environment, mistakes: string[]): RetentionPolicy {
	const keepDays = readInteger(env, "SAVEPOINT_RETENTION_DAYS", { max: 36_500 }, mistakes);
	const bounds = { min: 1, max: 365 };
	const undoDays = readInteger(env, "SAVEPOINT_RETENTION_UNDO_DAYS", bounds, mistakes);
	return { keepMs: keepDays === 0 ? null : keepDays * DAY_MS, undoMs: undoDays * DAY_MS };
}

/** No default password, and none that a list of common ones would hold. */
function readConsoleAccess(env: Environment, mistakes: string[]): ConsoleAccess {
	const said = env["SAVEPOINT_ADMIN_PASSWORD"] ?? "";
	// Blanks may be part of a password, but are none by themselves.
	const password = said.trim() === "" ? "" : said;
	const hash = env["SAVEPOINT_ADMIN_PASSWORD_HASH"]?.trim() ?? "";
	if (password !== "" && hash !== "")
		mistakes.push(
			"SAVEPOINT_ADMIN_PASSWORD and SAVEPOINT_ADMIN_PASSWORD_HASH are both set; one is enough.",
		);
	else if (password !== "" && [...password].length < ADMIN_PASSWORD_LENGTH_MIN)
		mistakes.push(
			`SAVEPOINT_ADMIN_PASSWORD takes at least ${ADMIN_PASSWORD_LENGTH_MIN} characters.`,
		);
	else if (hash !== "" && parseHash(hash) === null)
		mistakes.push(
			"SAVEPOINT_ADMIN_PASSWORD_HASH does not read back; take what `savepoint hash-password` prints.",
		);
	if (hash !== "") return { kind: "hash", hash };
	return password === "" ? { kind: "off" } : { kind: "password", password };
}

const METRICS_TOKEN = /^[\x21-\x7e]{16,200}$/;

function readMetricsToken(env: Environment, mistakes: string[]): string | null {
	const token = text(env, "SAVEPOINT_METRICS_TOKEN");
	if (token === "") return null;
	// The token itself is a secret, and mistakes are shown.
	if (!METRICS_TOKEN.test(token))
		mistakes.push("SAVEPOINT_METRICS_TOKEN takes 16 to 200 visible ASCII characters.");
	return token;
}

function readLogLevel(env: Environment, mistakes: string[]): LogLevel | null {
	const said = env["LOG_LEVEL"]?.trim().toLowerCase() ?? "";
	if (said === "") return null;
	const level = LOG_LEVELS.find((one) => one === said);
	if (level === undefined)
		mistakes.push(`LOG_LEVEL is "${said}"; it takes ${LOG_LEVELS.join(", ")}.`);
	return level ?? null;
}

/** A misspelt setting would be silently without effect; only our own prefix can be told. */
function unknownSettings(env: Environment): string[] {
	return Object.keys(env)
		.filter((name) => name.startsWith("SAVEPOINT_") && !Object.hasOwn(SETTINGS, name))
		.map((name) => {
			const nearest = Object.keys(SETTINGS)
				.map((known) => ({ known, distance: editDistance(name, known) }))
				.sort((a, b) => a.distance - b.distance)[0];
			const hint =
				nearest !== undefined && nearest.distance <= name.length / 3
					? ` Did you mean ${nearest.known}?`
					: " See docs/reference/configuration.md.";
			return `${name} is not a setting.${hint}`;
		});
}

function editDistance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (const [i, letter] of [...a].entries()) {
		const next = [i + 1];
		for (const [j, other] of [...b].entries())
			next.push(
				Math.min(
					(next[j] ?? 0) + 1,
					(row[j + 1] ?? 0) + 1,
					(row[j] ?? 0) + (letter === other ? 0 : 1),
				),
			);
		row = next;
	}
	return row[b.length] ?? 0;
}
