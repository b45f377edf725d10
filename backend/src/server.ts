import { existsSync, realpathSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import { destination, pino } from "pino";
import { readConfig, type ServerConfig } from "./config.js";
import { ControlServer } from "./control/control-server.js";
import { controlVerbs } from "./control/verbs.js";
import { SavepointError } from "./errors.js";
import { runProcess } from "./exit.js";
import { SHUTDOWN_GRACE_MS } from "./limits.js";
import { type Log, loggedError } from "./log.js";
import { type OpenService, openService, type Service } from "./service.js";
import { databaseAt } from "./storage/upkeep.js";
import { VERSION } from "./version.js";

/** Where the frontend is built to, beside the compiled server. */
const PAGES = fileURLToPath(new URL("../../frontend/dist/", import.meta.url));

export interface RunningServer {
	readonly url: string;
	readonly version: string;
	readonly log: Log;
	readonly storage: Service["storage"];
	readonly lost: Service["lost"];
	/** Stops accepting, tells live clients, answers what is under way, closes the storage. */
	stop(): Promise<void>;
}

/**
 * Configuration → storage → authority → HTTP → listening. Throws SavepointError with an exit code
 * when one of them cannot be had; what was opened before it is closed again.
 */
export async function startServer(
	env: NodeJS.ProcessEnv,
	open: OpenService = openService,
): Promise<RunningServer> {
	const config = readConfig(env);
	const log = createLog(config);
	// The HTTP side is loaded while the storage's threads start.
	const [service, { buildApp }] = await Promise.all([open(config, log), import("./app.js")]);
	const app = buildApp({
		authority: service.authority,
		highScores: service.highScores,
		replays: service.replays,
		console: service.console,
		pagesDirectory: existsSync(`${PAGES}index.html`) ? PAGES : null,
		storage: service.storage,
		upkeep: service.upkeep,
		config,
		log,
		clock: Date,
		startedAtMs: Date.now(),
		version: VERSION,
	});
	// Verbs of this machine ask the server that has the file; a database server they ask themselves.
	const { file } = service.storage.report();
	const verbs = controlVerbs({
		...service,
		retention: service.console.retention,
		version: VERSION,
	});
	const control =
		file === null ? null : new ControlServer({ database: databaseAt(file), verbs, log });
	try {
		await app.listen({ port: config.port, host: config.host });
	} catch (error) {
		await service.close();
		throw cannotListen(config, error);
	}
	const url = urlOf(app, config);
	service.announce(url);
	if (control !== null) await listenLocally(control, log);
	log.info({ url, version: VERSION, storage: service.storage.report().location }, "listening");
	return {
		url,
		version: VERSION,
		log,
		storage: service.storage,
		lost: service.lost,
		async stop() {
			await closeWithin(app, SHUTDOWN_GRACE_MS);
			await control?.close();
			await service.close();
			log.info({}, "stopped");
		},
	};
}

/** On standard error, so that standard output is for people; quieter where a person looks on. */
function createLog(config: ServerConfig): Log {
	const level = config.logLevel ?? (process.stderr.isTTY ? "warn" : "info");
	const serializers = { err: loggedError };
	return pino({ level, base: null, serializers }, destination({ fd: 2, sync: true }));
}

/** Players do not need the socket: without it the server serves, and verbs say what is wrong. */
async function listenLocally(control: ControlServer, log: Log): Promise<void> {
	try {
		await control.listen();
	} catch (error) {
		log.warn({ err: error }, "no local socket: commands cannot ask this server");
	}
}

async function closeWithin(app: FastifyInstance, graceMs: number): Promise<void> {
	const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
	await app.close();
	clearTimeout(cut);
}

function urlOf(app: FastifyInstance, { host }: ServerConfig): string {
	const { port } = app.server.address() as AddressInfo;
	const shown = host === "0.0.0.0" || host === "::" ? "localhost" : host;
	return `http://${shown.includes(":") ? `[${shown}]` : shown}:${port}`;
}

function cannotListen({ host, port }: ServerConfig, cause: unknown): SavepointError {
	const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
	const sentence =
		code === "EADDRINUSE"
			? `Port ${port} on ${host} is taken by another program. Stop it, or set another PORT.`
			: `Cannot listen on ${host}, port ${port} (${code}). Set another HOST or PORT.`;
	return new SavepointError("CONFIG_INVALID", sentence, { cause });
}

const isMain = process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMain) await runProcess(() => startServer(process.env));
