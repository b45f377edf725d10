import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { ServiceCounts } from "../../game/answers.js";
import type { ApiContext } from "../context.js";
import { CountedHistogram } from "./counted-histogram.js";
import { STATUS_CLASSES } from "./request-counts.js";
import { addUpkeep } from "./upkeep.js";

/**
 * What `/metrics` shows. Everything is counted elsewhere, in plain numbers, and read when somebody
 * asks; labels are routes, classes and codes of ours, never an id or what a player typed. The list
 * for people is docs/reference/metrics.md.
 */
export function createRegistry(context: ApiContext): Registry {
	const registry = new Registry();
	collectDefaultMetrics({ register: registry });
	addRequests(registry, context);
	addMoves(registry, context);
	addSessions(registry, context);
	addCommits(registry, context);
	addStorage(registry, context);
	addUpkeep(registry, context);
	return registry;
}

function addRequests(registry: Registry, { requests }: ApiContext): void {
	new Counter({
		name: "savepoint_http_requests_total",
		help: "Answers by route and class of status.",
		labelNames: ["method", "route", "status"],
		registers: [registry],
		collect() {
			this.reset();
			this.inc({ method: "any", route: "unmatched", status: "4xx" }, requests.unmatched);
			for (const { method, route, byClass } of requests.routes)
				for (const [at, status] of STATUS_CLASSES.entries())
					if (byClass[at]) this.inc({ method, route, status }, byClass[at]);
		},
	});
	addGauge(registry, "savepoint_live_connections", "Open WebSocket connections.", () => {
		return requests.liveConnections;
	});
}

function addMoves(registry: Registry, { authority }: ApiContext): void {
	new Counter({
		name: "savepoint_moves_total",
		help: "Moves by outcome: applied, refused by the rules, or replayed (sent again).",
		labelNames: ["outcome"],
		registers: [registry],
		collect() {
			this.reset();
			for (const [outcome, count] of Object.entries(authority.moveCounts()))
				this.inc({ outcome }, count);
		},
	});
}

/** Of the service: where several servers share a database, each says the same. */
function addSessions(registry: Registry, { authority }: ApiContext): void {
	let known: ServiceCounts | null = null;
	const counts = async (): Promise<ServiceCounts | null> => {
		// While the database is away the last numbers stand; other metrics say that it is.
		known = await authority.counts().catch(() => known);
		return known;
	};
	new Counter({
		name: "savepoint_sessions_started_total",
		help: "Sessions ever started.",
		registers: [registry],
		async collect() {
			const started = (await counts())?.startedCount ?? 0;
			this.reset();
			this.inc(started);
		},
	});
	new Counter({
		name: "savepoint_sessions_ended_total",
		help: "Sessions ever ended, by result.",
		labelNames: ["result"],
		registers: [registry],
		async collect() {
			const all = await counts();
			this.reset();
			this.inc({ result: "won" }, all?.wonCount ?? 0);
			this.inc({ result: "lost" }, all?.lostCount ?? 0);
			this.inc({ result: "abandoned" }, all?.abandonedCount ?? 0);
		},
	});
	new Gauge({
		name: "savepoint_sessions_active",
		help: "Sessions that are being played.",
		registers: [registry],
		async collect() {
			this.set((await counts())?.activeCount ?? 0);
		},
	});
}

function addCommits(registry: Registry, { storage }: ApiContext): void {
	const commits = () => storage.report().commits;
	addCounter(registry, "savepoint_commits_total", "Synced transactions.", () => {
		return commits().batches;
	});
	addCounter(registry, "savepoint_committed_changes_total", "Changes in them.", () => {
		return commits().changes;
	});
	new CountedHistogram(registry, {
		name: "savepoint_commit_batch_changes",
		help: "Changes in one transaction.",
		read: () => commits().batchSizes,
		scale: 1,
	});
	new CountedHistogram(registry, {
		name: "savepoint_commit_duration_seconds",
		help: "A transaction from its begin to the end of its sync.",
		read: () => commits().commitMs,
		scale: 1 / 1_000,
	});
	addGauge(registry, "savepoint_commit_queue_changes", "Changes that wait for their sync.", () => {
		return commits().depth;
	});
	addGauge(
		registry,
		"savepoint_heartbeat_age_seconds",
		"Age of the last durable heartbeat.",
		() => {
			return commits().heartbeatAgeMs / 1_000;
		},
	);
	addGauge(registry, "savepoint_downtime_seconds", "All time in which nothing was stored.", () => {
		return commits().downtimeMs / 1_000;
	});
}

function addStorage(registry: Registry, { storage }: ApiContext): void {
	addGauge(registry, "savepoint_wal_bytes", "What is not yet in the database file.", () => {
		return storage.report().gauges.walBytes;
	});
	addGauge(registry, "savepoint_tail_rows", "Log entries that are not yet folded.", () => {
		return storage.report().gauges.tailRows;
	});
	new Gauge({
		name: "savepoint_storage_trouble",
		help: "1 while nothing can be stored, with the code that says why; else 0.",
		labelNames: ["code"],
		registers: [registry],
		collect() {
			this.reset();
			const { trouble } = storage.report();
			this.set({ code: trouble?.code ?? "none" }, trouble === null ? 0 : 1);
		},
	});
}

function addGauge(registry: Registry, name: string, help: string, read: () => number): void {
	new Gauge({
		name,
		help,
		registers: [registry],
		collect() {
			this.set(read());
		},
	});
}

function addCounter(registry: Registry, name: string, help: string, read: () => number): void {
	new Counter({
		name,
		help,
		registers: [registry],
		collect() {
			this.reset();
			this.inc(read());
		},
	});
}
